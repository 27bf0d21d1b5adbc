import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { baselineFile } from '../baselines/in-folder.ts';
import type { BertConfig } from '../bert/config.ts';
import { exportBert } from '../bert/export.ts';
import { writeModelFolder } from '../model-folder.ts';
import { encodeModel } from '../onnx/encode.ts';
import { publishModel } from '../serve/publish.ts';
import { writeSafetensors } from '../weights/safetensors.ts';
import type { Weights } from '../weights/weights.ts';
import { tokenizerFiles } from './base.ts';
import type { Measured, Model } from './finish.ts';
import type { MeasuredHead } from './heads.ts';
import type { Hyperparameters } from './hyperparameters.ts';
import type { Prepared } from './prepare.ts';
import type { TrainingRow } from './spec.ts';
import type { VersionManifest } from './version.ts';

/** Rows that eight-bit weights are checked on, and that contributions are measured from. */
const SAMPLES = 64;

/**
 * Writes a model folder whole: it has its name only when all of it is there.
 * @throws MlError when the disk does not take it
 */
export async function exportModel(
  folder: string,
  { spec, base, encoders, data, split }: Prepared,
  hyperparameters: Hyperparameters,
  model: Model,
  { calibration, stacked, heads }: Measured & { readonly heads: readonly MeasuredHead[] },
  threads: number,
): Promise<void> {
  const rowsAt = (places: readonly number[]) =>
    places.slice(0, SAMPLES).map((place) => data.rows[place] as TrainingRow);
  const { encoding, tokenizer, maxLength } = encoders;
  const manifest: VersionManifest = {
    ...{ task: spec.task, pooling: hyperparameters.pooling, members: model.shape.members ?? 1 },
    ...(tokenizer && { maxLength }),
    ...(encoding && {
      ...{ features: encoding, fusionWidth: hyperparameters.fusionWidth },
      background: rowsAt(split.train).flatMap(({ features }) => (features ? [features] : [])),
    }),
    ...(calibration && { calibration }),
    ...(model.scale && { scale: model.scale }),
    ...(spec.task.kind === 'EMBED' && base && { dimensions: base.config.hidden_size }),
    ...(stacked && { stack: stacked.stack }),
    ...(heads.length > 0 && { heads: heads.map(headEntry) }),
  };
  await writeModelFolder(folder, async (part) => {
    if (base) await writeBase(part, base.config, await tokenizerFiles(spec.base));
    await writeSafetensors(join(part, 'model.safetensors'), model.weights);
    if (stacked) await writeFile(join(part, baselineFile()), stacked.baseline.save());
    await publishModel(part, {
      ...{ model: model.shape, weights: model.weights, outputs: model.task.outputs, manifest },
      further: heads.map(({ task }) => task.outputs),
      ...(tokenizer && { tokenizer }),
      ...{ samples: rowsAt(split.validation), threads },
    });
  });
}

/** What serving needs to know of a further head. */
const headEntry = ({ name, kind, scale, calibration }: MeasuredHead) => ({
  task: { kind: kind.kind, labels: kind.labels, name },
  ...(scale && { scale }),
  ...(calibration && { calibration }),
});

/** Writes a pre-trained encoder with its vocabulary head: a base for other runs. */
export async function exportBase(
  folder: string,
  config: BertConfig,
  files: TokenizerFiles,
  weights: Weights,
): Promise<void> {
  await writeModelFolder(folder, async (part) => {
    await writeBase(part, config, files);
    await writeSafetensors(join(part, 'model.safetensors'), weights);
    await writeFile(join(part, 'model.onnx'), encodeModel(exportBert(config, weights, 'mean')));
  });
}

type TokenizerFiles = ReadonlyMap<string, string | Buffer>;

async function writeBase(part: string, config: BertConfig, files: TokenizerFiles): Promise<void> {
  await writeFile(join(part, 'config.json'), `${JSON.stringify(config, null, 2)}\n`);
  for (const [name, content] of files) await writeFile(join(part, name), content);
}
