/** A source of numbers in [0, 1) that the same seed repeats. */
export type Random = () => number;

/** Mulberry32 (Tommy Ettinger 2017): 32 bits of state, enough to draw sentences and masks. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let word = Math.imul(state ^ (state >>> 15), state | 1);
    word ^= word + Math.imul(word ^ (word >>> 7), word | 61);
    return ((word ^ (word >>> 14)) >>> 0) / 2 ** 32;
  };
}

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
