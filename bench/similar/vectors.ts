import { normalise } from '../../src/ml/similarity/vectors.ts';

export const ROWS = 100_000;
export const DIMENSIONS = 256;

/** A generator of unit vectors that look random and are the same every time. */
export function createVectors(seed: number): () => Float32Array {
  let state = seed;
  const next = () => {
    // xorshift32 (Marsaglia 2003)
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32 - 0.5;
  };
  return () => normalise(Float32Array.from({ length: DIMENSIONS }, next));
}
