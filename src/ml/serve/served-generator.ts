import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { MlError } from '../errors.ts';
import type { SessionOptions } from '../onnx/session.ts';
import { type Generated, loadGenerator } from '../t5/run/generator.ts';
import { graphFiles } from '../t5/run/graph-files.ts';
import type { ServedRow } from './inputs.ts';
import { readManifest } from './manifest.ts';
import type { Prediction, ServedModel } from './served.ts';

/**
 * A version that answers with text: one prediction for its own task, its further tasks beside it. What
 * it says has no reasons.
 * @throws MlError that says which of the folder's files is missing or damaged
 */
export async function openServedGenerator(
  folder: string,
  options: SessionOptions,
): Promise<ServedModel> {
  const manifest = await readManifest(folder);
  const generator = await loadGenerator(folder, options);
  return {
    manifest,
    bytes: await sizeOf(folder, generator.manifest.members.length),
    async embed() {
      throw new MlError('BAD_INPUT', `The model in ${folder} gives no vectors of texts.`);
    },
    async predict(rows) {
      const answers = await generator.answerAll(rows.map(textOf));
      return answers.map(([own, ...further]) => ({
        ...predictionOf(own as Generated),
        ...(further.length > 0 && {
          further: further.map((one) => ({ ...predictionOf(one), task: one.task })),
        }),
      }));
    },
    close: () => generator.close(),
  };
}

const predictionOf = ({ value, confidence, uncertainty, several }: Generated): Prediction => ({
  ...{ value, probability: confidence, uncertainty, reasons: [] },
  ...(several && { several }),
});

const textOf = ({ text = '' }: ServedRow): string => text;

async function sizeOf(folder: string, members: number): Promise<number> {
  const files = graphFiles(members).flatMap(({ encoder, decoder }) => [encoder, decoder]);
  const sizes = await Promise.all(files.map((name) => stat(join(folder, name))));
  return sizes.reduce((sum, { size }) => sum + size, 0);
}
