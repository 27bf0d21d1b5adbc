import { join } from 'node:path';
import { z } from 'zod';
import { readBertConfig } from '../bert/config.ts';
import { openMachine } from '../engine/open.ts';
import { MlError } from '../errors.ts';
import { manifest, readManifest } from '../serve/manifest.ts';
import { type ModelShape, outputsOf, widthOf } from '../tasks/model.ts';
import { loadTokenizer } from '../tokenizer/load.ts';
import { initialState } from '../train/step.ts';
import { readSafetensors } from '../weights/safetensors.ts';
import { requireWeight, type Weights } from '../weights/weights.ts';
import type { RunContext } from './context.ts';
import { type Dataset, datasetOf } from './dataset.ts';
import { parseHyperparameters } from './hyperparameters.ts';
import { shapeOf } from './learner.ts';
import { scoreRows } from './predict.ts';
import type { TrainingRow } from './spec.ts';
import { type AnyTask, taskOf } from './task-of.ts';

/** What `cameo.json` holds of a version besides what serving needs: enough to go on training it. */
export const versionManifest = manifest.extend({
  pooling: z.enum(['mean', 'cls']),
  /** Width of the vector that features, and text, become; absent without features. */
  fusionWidth: z.number().int().positive().optional(),
  /** Encoders side by side. */
  members: z.number().int().positive(),
});
export type VersionManifest = z.infer<typeof versionManifest>;

/** A trained version, as its folder holds it. */
export interface Version {
  readonly manifest: VersionManifest;
  readonly shape: ModelShape;
  readonly task: AnyTask;
  readonly weights: Weights;
  /** The rows as the version reads them; labels that it does not know are left out. */
  read(rows: readonly TrainingRow[]): Dataset;
}

/** @throws MlError when a file of the folder is missing or damaged, or they do not go together */
export async function loadVersion(folder: string): Promise<Version> {
  const parsed = versionManifest.safeParse(await readManifest(folder));
  if (!parsed.success)
    throw new MlError(
      'BAD_FILE',
      `${folder} is no version of a model: ${z.prettifyError(parsed.error)}`,
    );
  const own = parsed.data;
  const { maxLength, features: encoding, members, task: kind } = own;
  const weights = await readSafetensors(join(folder, 'model.safetensors'));
  const text = maxLength && {
    config: await readBertConfig(folder),
    tokenizer: await loadTokenizer(folder),
  };
  const defaults = parseHyperparameters({ pooling: own.pooling });
  const features = shapeOf({ ...own, fusionWidth: own.fusionWidth ?? 0 }, undefined, encoding);
  const shape: ModelShape = {
    ...(text && { text: { config: text.config, pooling: own.pooling } }),
    ...{ ...features, members },
  };
  const { task } = taskOf(kind, widthOf(shape), defaults, [], own.scale);
  for (const [name, size] of task.shapes) requireWeight(weights, name, size);
  return {
    ...{ manifest: own, shape, task, weights },
    read: (rows) =>
      datasetOf(
        kind,
        rows.map((row) => ({ ...row, label: null })),
        { tokenizer: text ? text.tokenizer : undefined, maxLength: maxLength ?? 0, encoding },
      ),
  };
}

/** The version's scores of rows. */
export async function scoreVersion(
  { engine, threads }: RunContext,
  { shape, task, weights }: Pick<Version, 'shape' | 'task' | 'weights'>,
  data: Dataset,
  places: readonly number[],
  size: number,
): Promise<Float32Array[]> {
  const machine = await openMachine(engine, initialState(weights, []), { threads });
  try {
    return await scoreRows(machine, outputsOf(shape, task), data.inputs, places, size);
  } finally {
    await machine.close();
  }
}
