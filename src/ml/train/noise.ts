import { NOISE_SIZE } from '../nn/dropout.ts';
import type { HostTensor } from '../onnx/session.ts';
import { floats } from '../onnx/tensors.ts';
import { type Random, seededRandom } from '../random.ts';

/** Hands each step a window of uniform numbers, at a place drawn by chance. */
export type NoisePool = (random: Random) => HostTensor;

/**
 * Draws the numbers once: a step then costs nothing but a view. Windows overlap, which is harmless:
 * two steps see the same numbers at different places.
 */
export function createNoisePool(seed: number): NoisePool {
  const { next } = seededRandom(seed);
  const pool = Float32Array.from({ length: 2 * NOISE_SIZE }, next);
  return (random) => {
    const offset = Math.floor(random() * NOISE_SIZE);
    return floats([NOISE_SIZE], pool.subarray(offset, offset + NOISE_SIZE));
  };
}
