import type { Random } from '../../random.ts';

/** An integer from 0 to `count` - 1. */
export function below(random: Random, count: number): number {
  return Math.floor(random() * count);
}

/** One of the values; throws when there is none. */
export function pick<T>(random: Random, values: readonly T[]): T {
  const value = values[below(random, values.length)];
  if (value === undefined) throw new Error('There is nothing to pick from.');
  return value;
}
