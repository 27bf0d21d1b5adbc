import { join } from 'node:path';
import { openSession } from '../../onnx/session.ts';
import { loadTokenizer } from '../../tokenizer/load.ts';
import { readT5Config } from '../config.ts';
import { createSessionDecoder } from '../decode/session-decoder.ts';
import { probabilitiesOf, textsOf } from './answers.ts';
import { type Judgement, judgeLabels, judgeTexts } from './confidence.ts';
import { readT5Manifest, type T5Manifest } from './manifest.ts';
import { createTextTask } from './text-task.ts';
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
  options: { readonly threads: number },
): Promise<Generator> {
  const manifest = await readT5Manifest(folder);
  const config = await readT5Config(join(folder, 'config.json'));
  const tokenizer = await loadTokenizer(folder);
  const task = createTextTask(tokenizer, { ...manifest, ...manifest.task });
  const encoder = await openSession(join(folder, 'encoder.onnx'), options);
  const decoder = await openSession(join(folder, 'decoder.onnx'), options);
  const model = createSessionDecoder(config, { encoder, decoder });
  const judge = async (sources: readonly number[][]): Promise<Judgement[]> => {
    if (task.labels.length > 0)
      return judgeLabels(await probabilitiesOf(model, task, sources), confidenceOf(manifest))
        .judgements;
    return judgeTexts(await textsOf(model, task, sources, manifest), confidenceOf(manifest));
  };
  return {
    manifest,
    async answer(texts) {
      const judgements = await judge(texts.map((text) => task.source(text)));
      return judgements.map(({ answer, confidence }) => {
        const likeliest =
          typeof answer === 'number' ? (task.labels[answer] as string) : task.read(answer);
        const sure = isSure(confidence, { least: manifest.leastConfidence });
        return { value: sure ? likeliest : null, likeliest, confidence };
      });
    },
    close: async () => {
      await encoder.close();
      await decoder.close();
    },
  };
}

/** Without the fields that are absent. */
function confidenceOf({ calibration, confidence }: T5Manifest) {
  return { ...(calibration && { calibration }), ...(confidence && { confidence }) };
}
