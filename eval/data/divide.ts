import type { TrainingRow } from '../../src/ml/run/spec.ts';
import { stratifiedFolds } from '../../src/ml/split/folds.ts';
import { splitByGroup } from '../../src/ml/split/split.ts';
import type { EvalRows } from '../set.ts';

/** The sets without times have one for all rows. */
export const NO_TIME = '2020-01-01T00:00:00Z';

/** The seed of every split in eval: chosen once, before any figure was seen. */
export const SEED = 5;

/**
 * 6:2:2 by a hash of the group.
 * @param kept share of the validation rows that validate; the others are learnt from too
 */
export function divideByGroup(rows: readonly TrainingRow[], kept = 1): EvalRows {
  const { train: first, validation: held, test } = splitByGroup(rows, SEED);
  const validation = held.slice(0, Math.round(held.length * kept));
  const train = [...first, ...held.slice(validation.length)];
  const of = (places: readonly number[]) => places.map((i) => rows[i] as TrainingRow);
  return { train: of(train), validation: of(validation), test: of(test) };
}

/**
 * Every row is tested once: fold k is the test of draw k, the next fold validates. One split of a
 * table of a few thousand rows says little more than its own chance.
 */
export function divideInFolds(rows: readonly TrainingRow[], k: number): EvalRows[] {
  const folds = stratifiedFolds(rows, k, SEED).map(({ validation }) =>
    validation.map((place) => rows[place] as TrainingRow),
  );
  return folds.map((test, i) => {
    const next = (i + 1) % k;
    const train = folds.flatMap((fold, j) => (j === i || j === next ? [] : fold));
    return { train, validation: folds[next] ?? [], test };
  });
}
