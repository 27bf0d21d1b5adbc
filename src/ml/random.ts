/** Draws numbers, uniform in [0, 1). */
export type Random = () => number;

/**
 * A generator whose whole state is one integer, so that a checkpoint can hold it
 * (Mulberry32 by Tommy Ettinger, public domain).
 */
export interface SeededRandom {
  next: Random;
  /** What `seededRandom` takes to go on from here. */
  state(): number;
}

export function seededRandom(seed: number): SeededRandom {
  let state = seed >>> 0;
  return {
    next() {
      state = (state + 0x6d2b79f5) >>> 0;
      let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
      mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
    },
    state: () => state,
  };
}

/** The generator of one batch, from a run's seed and the batch's number: there is no state to save. */
export const batchRandom = (seed: number, number: number): Random =>
  seededRandom(Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(number, 0x85ebca6b)).next;

/** Standard normal numbers (Box, Muller 1958). */
export function normalFrom(seed: number): Random {
  const { next } = seededRandom(seed);
  return () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
}

/** A permutation of 0 to size - 1 (Fisher, Yates). */
export function permutation(size: number, random: Random): number[] {
  const order = Array.from({ length: size }, (_, i) => i);
  for (let i = size - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [order[i], order[j]] = [order[j] as number, order[i] as number];
  }
  return order;
}
