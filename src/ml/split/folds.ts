import { MlError } from '../errors.ts';
import { permutation, seededRandom } from '../random.ts';
import type { TrainingRow } from '../run/spec.ts';
import { placesByGroup, timeOf } from './split.ts';

/** Places of rows to learn from and to validate on. */
export interface Fold {
  readonly train: readonly number[];
  readonly validation: readonly number[];
}

type Placed = Pick<TrainingRow, 'group' | 'at' | 'label'>;

/**
 * k folds with the same mix of labels in each (Kohavi 1995): groups of one label are shuffled and
 * dealt out in turn. A group has the label of its first row and is never on both sides.
 * @throws MlError when there are fewer groups than folds.
 */
export function stratifiedFolds(rows: readonly Placed[], k: number, seed: number): Fold[] {
  const members = placesByGroup(rows);
  if (k < 2 || members.size < k)
    throw new MlError(
      'INSUFFICIENT_DATA',
      `${k} folds need 2 or more, and as many groups; there are ${members.size}.`,
    );
  const strata = new Map<string, number[][]>();
  for (const own of members.values()) {
    const label = JSON.stringify(rows[own[0] as number]?.label);
    strata.set(label, [...(strata.get(label) ?? []), own]);
  }
  const random = seededRandom(seed).next;
  const sides = Array.from({ length: k }, () => [] as number[]);
  let turn = 0;
  for (const label of [...strata.keys()].sort()) {
    const groups = strata.get(label) ?? [];
    for (const i of permutation(groups.length, random)) {
      sides[turn % k]?.push(...(groups[i] as number[]));
      turn += 1;
    }
  }
  return sides.map((validation, fold) => ({
    train: sides.flatMap((own, i) => (i === fold ? [] : own)),
    validation,
  }));
}

/**
 * k folds in the order of time: each validates on the block after the ones it learns from (an
 * expanding window; Bergmeir & Benitez 2012). Rows of a group that is validated are not learnt from.
 */
export function timeFolds(rows: readonly Placed[], k: number): Fold[] {
  if (k < 1 || rows.length <= k)
    throw new MlError('INSUFFICIENT_DATA', `${k} folds by time need more than ${k} rows.`);
  const times = rows.map(timeOf);
  const order = rows
    .map((_, i) => i)
    .sort((a, b) => (times[a] as number) - (times[b] as number) || a - b);
  const block = (n: number) => Math.round((n * rows.length) / (k + 1));
  return Array.from({ length: k }, (_, fold) => {
    const validation = order.slice(block(fold + 1), block(fold + 2));
    const held = new Set(validation.map((i) => rows[i]?.group));
    const train = order.slice(0, block(fold + 1)).filter((i) => !held.has(rows[i]?.group));
    return { train, validation };
  });
}
