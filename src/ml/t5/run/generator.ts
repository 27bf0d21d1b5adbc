import { probabilitiesOf, textsOf } from './answers.ts';
import { type Judgement, judgeLabels, judgeTexts } from './confidence.ts';
import type { T5Manifest } from './manifest.ts';
import { openVersion } from './open-version.ts';
import { isSure } from './threshold.ts';

/** What a version says of a text. */
export interface Generated {
  /** A text or a list of labels; null where the version is not sure enough: "unknown". */
  readonly value: string | string[] | null;
  /** The likeliest answer, given or not. */
  readonly likeliest: string | string[];
  /** The probability that it is right, calibrated on validation rows. */
  readonly confidence: number;
}

/** A loaded text-to-text version. */
export interface Generator {
  readonly manifest: T5Manifest;
  answer(texts: readonly string[]): Promise<Generated[]>;
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
  const { manifest, task, decoder, fitted, close } = await openVersion(folder, threads);
  const judge = async (sources: readonly number[][]): Promise<Judgement[]> => {
    if (task.labels.length > 0)
      return judgeLabels(await probabilitiesOf(decoder, task, sources), fitted).judgements;
    return judgeTexts(await textsOf(decoder, task, sources, manifest), fitted);
  };
  return {
    manifest,
    close,
    async answer(texts) {
      const judgements = await judge(texts.map((text) => task.source(text)));
      return judgements.map(({ answer, confidence }) => {
        const likeliest =
          typeof answer === 'number' ? (task.labels[answer] as string) : task.read(answer);
        const value = isSure(confidence, fitted.threshold) ? likeliest : null;
        return { value, likeliest, confidence };
      });
    },
  };
}
