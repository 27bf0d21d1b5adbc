import { MlError } from '../../errors.ts';
import type { Metrics } from '../../run/messages.ts';
import type { TrainingSpec } from '../../run/spec.ts';
import { thin } from '../../split/thin.ts';
import type { Tokenizer } from '../../tokenizer/tokenizer.ts';
import type { Decoder } from '../decode/decoder.ts';
import type { ReadRows } from './course.ts';
import type { T5Hyperparameters } from './hyperparameters.ts';
import { judgeTask } from './judge-task.ts';
import { readT5Manifest, type T5Manifest } from './manifest.ts';
import { openVersion } from './open-version.ts';
import { sidesOf, splitOf } from './sides.ts';
import type { TaskRows } from './task-rows.ts';

/** Rows that are enough to tell how much was forgotten. */
const MEASURED = 1000;

/** The version that a run goes on from, with rows of its own task and domain. */
export interface Source extends TaskRows {
  readonly manifest: T5Manifest;
}

/**
 * What the version in the spec's `base` was trained for; undefined without rows of it.
 * @throws MlError when the base is no version, or there is nothing to replay
 */
export async function sourceOf(
  { base, seed }: TrainingSpec,
  { replay }: T5Hyperparameters,
  readRows: ReadRows,
): Promise<Source | undefined> {
  if (!replay) return undefined;
  const manifest = await readT5Manifest(base);
  const { labels } = manifest.task;
  // Labels that have come since cannot be spelt by the version.
  const known = (await readRows(replay.rows)).filter(
    ({ label }) => labels.length === 0 || [label].flat().every((own) => labels.includes(`${own}`)),
  );
  if (known.length === 0 && replay.share > 0)
    throw new MlError(
      'INSUFFICIENT_DATA',
      `There are no rows of "${manifest.task.name}" to replay any more: leave "replay" out.`,
    );
  if (known.length === 0) return undefined;
  const { split = 'group' } = replay;
  const sides = sidesOf(known, splitOf(known, { split }, replay.seed ?? seed));
  const options = { ...manifest, ...manifest.task };
  return {
    manifest,
    options,
    sides: {
      ...sides,
      validation: thin(sides.validation, MEASURED),
      test: thin(sides.test, MEASURED),
    },
  };
}

/** What the source's model is worth on its own test rows as it is: before the run. */
export async function sourceBefore(
  { base, threads }: TrainingSpec,
  source: Source,
  precision: number,
): Promise<Metrics> {
  const { decoder, tokenizer, close } = await openVersion(base, threads);
  try {
    return await sourceWith(decoder, tokenizer, source, precision);
  } finally {
    await close();
  }
}

/** What a model is worth on the source's test rows, calibrated on its validation rows. */
export async function sourceWith<State>(
  decoder: Decoder<State>,
  tokenizer: Tokenizer,
  source: Source,
  targetPrecision: number,
): Promise<Metrics> {
  const own = { ...source.manifest, targetPrecision, stack: false };
  const { metrics } = await judgeTask(decoder, tokenizer, source, own);
  return metrics;
}
