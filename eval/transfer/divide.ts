import { createHash } from 'node:crypto';
import type { TrainingRow } from '../../src/ml/run/spec.ts';

/** Shares of the pool, validation and test; what is left over is not used. */
export interface Shares {
  readonly pool: number;
  readonly validation: number;
  readonly test: number;
}

export interface Divided<T> {
  readonly pool: T[];
  readonly validation: T[];
  readonly test: T[];
}

/** Where a group stands in [0, 1), the same for ever. */
function placeOf(group: string, salt: string): number {
  const bytes = createHash('sha256').update(`${salt}\n${group}`).digest();
  return bytes.readUInt32BE(0) / 2 ** 32;
}

/** One row of each group, and each group on one side by a hash of it. */
export function divideOnce<T extends Pick<TrainingRow, 'group'>>(
  rows: readonly T[],
  { pool, validation, test }: Shares,
): Divided<T> {
  const divided: Divided<T> = { pool: [], validation: [], test: [] };
  for (const row of new Map(rows.map((own) => [own.group, own])).values()) {
    const place = placeOf(row.group, 'side');
    if (place < test) divided.test.push(row);
    else if (place < test + validation) divided.validation.push(row);
    else if (place < test + validation + pool) divided.pool.push(row);
  }
  return divided;
}

/** At most `count` rows, those of the least hashes: as good as drawn by chance. */
export function capped<T extends Pick<TrainingRow, 'group'>>(
  rows: readonly T[],
  count: number,
): T[] {
  const placed = rows.map((row) => ({ row, place: placeOf(row.group, 'cap') }));
  return placed
    .toSorted((a, b) => a.place - b.place)
    .slice(0, count)
    .map(({ row }) => row);
}

/** As many rows of each label as of the rarest, at most `most`. */
export function balanced(rows: readonly TrainingRow[], most: number): TrainingRow[] {
  const byLabel = new Map<string, TrainingRow[]>();
  for (const row of rows) {
    const own = byLabel.get(String(row.label)) ?? [];
    own.push(row);
    byLabel.set(String(row.label), own);
  }
  const count = Math.min(most, ...[...byLabel.values()].map((own) => own.length));
  return [...byLabel.values()].flatMap((own) => capped(own, count));
}

/** Two writings that differ in case, signs and spaces alone are one group. */
export function folded(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}
