import { createHash } from 'node:crypto';
import type { TrainingRow } from '../run/spec.ts';
import type { Split } from './split.ts';

/**
 * SHA-256, in hex, of the rows in their order and the side of each: two runs with the same hash
 * learnt from, chose by and were measured on the same rows.
 */
export function dataHash(rows: readonly TrainingRow[], split: Split): string {
  const hash = createHash('sha256');
  const sides = new Map<number, string>();
  for (const side of ['train', 'validation', 'test'] as const)
    for (const i of split[side]) sides.set(i, side);
  // A list, so that the order of an object's keys does not matter.
  for (const [i, { id, group, at, text, features, label }] of rows.entries())
    hash.update(
      `${JSON.stringify([sides.get(i) ?? null, id, group, at, text ?? null, features ?? null, label])}\n`,
    );
  return hash.digest('hex');
}
