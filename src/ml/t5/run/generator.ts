import { entropyShare } from '../../active/uncertainty.ts';
import { inTurn } from '../../in-turn.ts';
import { ask } from './answers.ts';
import { judgementsOf } from './confidence.ts';
import type { T5Manifest } from './manifest.ts';
import { type OpenTask, type OpenVersion, openVersion } from './open-version.ts';
import { isSure } from './threshold.ts';

/** What a version says of a text. */
export interface Generated {
  readonly task: string;
  /** A text or a list of labels; null where the version is not sure enough: "unknown". */
  readonly value: string | string[] | null;
  /** The likeliest answer, given or not. */
  readonly likeliest: string | string[];
  /** The probability that it is right, calibrated on validation rows. */
  readonly confidence: number;
  /**
   * How little the version knows, from 0 to 1: of labels the entropy of their calibrated
   * probabilities, of other answers what the confidence leaves.
   */
  readonly uncertainty: number;
  /** Answers of the task are lists of labels. */
  readonly several: boolean;
}

/** A loaded text-to-text version. */
export interface Generator {
  readonly manifest: T5Manifest;
  /** Answers of its own task. */
  answer(texts: readonly string[]): Promise<Generated[]>;
  /** For each text the answers of all its tasks, its own first. */
  answerAll(texts: readonly string[]): Promise<Generated[][]>;
  close(): Promise<void>;
}

/**
 * Loads a version for its answers.
 * @throws MlError when a file of the folder is missing or damaged
 */
export async function loadGenerator(
  folder: string,
  { threads }: { readonly threads: number },
): Promise<Generator> {
  const version = await openVersion(folder, threads);
  const [own] = version.tasks;
  return {
    manifest: version.manifest,
    close: version.close,
    answer: (texts) => answerTask(version, own, texts),
    async answerAll(texts) {
      const answers = await inTurn(version.tasks, (task) => answerTask(version, task, texts));
      return texts.map((_, row) => answers.map((of) => of[row] as Generated));
    },
  };
}

async function answerTask(
  { decoder, manifest }: OpenVersion,
  { name, several, task, fitted }: OpenTask,
  texts: readonly string[],
): Promise<Generated[]> {
  const rows = texts.map((text, row) => ({ id: `${row}`, text }));
  const said = await ask(decoder, task, rows, manifest);
  return judgementsOf(said, fitted, rows).map(({ answer, confidence, probabilities }) => {
    const likeliest =
      typeof answer === 'number' ? (task.labels[answer] as string) : task.read(answer);
    return {
      ...{ task: name, several, likeliest, confidence },
      value: isSure(confidence, fitted.threshold) ? likeliest : null,
      uncertainty: probabilities ? entropyShare(probabilities) : 1 - confidence,
    };
  });
}
