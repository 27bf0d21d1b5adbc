import { entropyShare } from '../../active/uncertainty.ts';
import { probabilitiesOf, textsOf } from './answers.ts';
import { type Judgement, judgeLabels, judgeTexts } from './confidence.ts';
import type { T5Manifest } from './manifest.ts';
import { fittedOf, type OpenVersion, openVersion } from './open-version.ts';
import { createTextTask } from './text-task.ts';
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
  const { manifest, tokenizer } = version;
  const further = (manifest.further ?? []).map((own) => ({
    ...{ name: own.task.name, several: own.several, fitted: fittedOf(own) },
    task: createTextTask(tokenizer, { ...own, ...own.task }),
  }));
  const { task, fitted } = version;
  const own = { name: manifest.task.name, several: manifest.several, task, fitted };
  return {
    manifest,
    close: version.close,
    answer: (texts) => answerTask(version, own, texts),
    async answerAll(texts) {
      const answers: Generated[][] = [];
      for (const each of [own, ...further]) answers.push(await answerTask(version, each, texts));
      return texts.map((_, row) => answers.map((of) => of[row] as Generated));
    },
  };
}

/** A task that a version answers. */
interface OpenTask extends Pick<OpenVersion, 'task' | 'fitted'> {
  readonly name: string;
  readonly several: boolean;
}

async function answerTask(
  version: OpenVersion,
  { name, several, task, fitted }: OpenTask,
  texts: readonly string[],
): Promise<Generated[]> {
  const sources = texts.map((text) => task.source(text));
  const judged = await judge(version, { task, fitted }, sources);
  return judged.map(({ answer, confidence, uncertainty }) => {
    const likeliest =
      typeof answer === 'number' ? (task.labels[answer] as string) : task.read(answer);
    const value = isSure(confidence, fitted.threshold) ? likeliest : null;
    return { task: name, value, likeliest, confidence, uncertainty, several };
  });
}

type Judged = Judgement & Pick<Generated, 'uncertainty'>;

async function judge(
  { decoder, manifest }: OpenVersion,
  { task, fitted }: Pick<OpenTask, 'task' | 'fitted'>,
  sources: readonly number[][],
): Promise<Judged[]> {
  if (task.labels.length === 0) {
    const judgements = judgeTexts(await textsOf(decoder, task, sources, manifest), fitted);
    return judgements.map((one) => ({ ...one, uncertainty: 1 - one.confidence }));
  }
  const raw = await probabilitiesOf(decoder, task, sources);
  const { judgements, probabilities } = judgeLabels(raw, fitted);
  return judgements.map((one, row) => ({
    ...one,
    uncertainty: entropyShare(probabilities[row] as number[]),
  }));
}
