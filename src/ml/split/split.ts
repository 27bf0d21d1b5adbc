import { createHash } from 'node:crypto';
import { MlError } from '../errors.ts';
import type { TrainingRow } from '../run/spec.ts';

/** Places of rows on each side. */
export interface Split {
  readonly train: readonly number[];
  readonly validation: readonly number[];
  readonly test: readonly number[];
}

/** How many rows are on each side. */
export const sizesOf = ({
  train,
  validation,
  test,
}: { readonly [Side in keyof Split]: readonly unknown[] }) => ({
  ...{ train: train.length, validation: validation.length, test: test.length },
});

type Placed = Pick<TrainingRow, 'group' | 'at'>;

/** Shares of the rows up to the end of training, and up to the end of validation: 6:2:2. */
const CUTS = [0.6, 0.8] as const;

/**
 * 6:2:2 by time. Groups are ordered by their last row and go whole to one side, so that nothing
 * that is learnt from is later than a cut, and no customer is on two sides.
 * @throws MlError when a row's time cannot be read.
 */
export function splitByTime(rows: readonly Placed[]): Split {
  const last = new Map<string, number>();
  for (const [i, row] of rows.entries())
    last.set(row.group, Math.max(last.get(row.group) ?? Number.NEGATIVE_INFINITY, timeOf(row, i)));
  const groups = [...last].sort(([a, s], [b, t]) => s - t || (a < b ? -1 : 1));
  return cut(
    rows,
    groups.map(([group]) => group),
  );
}

/**
 * 6:2:2 by a hash of the group and the seed: the share holds on average, and a group stays on its
 * side as others come and go.
 */
export function splitByGroup(rows: readonly Placed[], seed: number): Split {
  const sides: [number[], number[], number[]] = [[], [], []];
  for (const [i, row] of rows.entries()) {
    const share = hashShare(`${seed}:${row.group}`);
    sides[share < CUTS[0] ? 0 : share < CUTS[1] ? 1 : 2].push(i);
  }
  return { train: sides[0], validation: sides[1], test: sides[2] };
}

/** Milliseconds. */
export function timeOf({ at }: Placed, place: number): number {
  const time = Date.parse(at);
  if (Number.isNaN(time))
    throw new MlError('BAD_INPUT', `Row ${place}: "${at}" is not a time (RFC 3339).`);
  return time;
}

/** Cuts the groups, in their order, at the shares of rows. */
function cut(rows: readonly Placed[], groups: readonly string[]): Split {
  const members = placesByGroup(rows);
  const sides: [number[], number[], number[]] = [[], [], []];
  let before = 0;
  for (const group of groups) {
    const own = members.get(group) ?? [];
    // The side is where the middle of the group's rows falls.
    const share = (before + own.length / 2) / rows.length;
    sides[share <= CUTS[0] ? 0 : share <= CUTS[1] ? 1 : 2].push(...own);
    before += own.length;
  }
  return { train: sides[0], validation: sides[1], test: sides[2] };
}

/** Places of rows by group. */
export function placesByGroup(rows: readonly Pick<Placed, 'group'>[]): Map<string, number[]> {
  const members = new Map<string, number[]>();
  for (const [i, { group }] of rows.entries()) {
    const own = members.get(group);
    if (own) own.push(i);
    else members.set(group, [i]);
  }
  return members;
}

/** A number in [0, 1) from the first 48 bits of SHA-256. */
function hashShare(text: string): number {
  return createHash('sha256').update(text).digest().readUIntBE(0, 6) / 2 ** 48;
}
