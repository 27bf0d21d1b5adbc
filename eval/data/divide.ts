import type { TrainingRow } from '../../src/ml/run/spec.ts';
import { splitByGroup } from '../../src/ml/split/split.ts';
import type { EvalRows } from '../set.ts';

/** The sets without times have one for all rows. */
export const NO_TIME = '2020-01-01T00:00:00Z';

/** The seed of every split in eval: chosen once, before any figure was seen. */
export const SEED = 5;

/** 6:2:2 by a hash of the group. */
export function divideByGroup(rows: readonly TrainingRow[]): EvalRows {
  const { train, validation, test } = splitByGroup(rows, SEED);
  const of = (places: readonly number[]) => places.map((i) => rows[i] as TrainingRow);
  return { train: of(train), validation: of(validation), test: of(test) };
}
