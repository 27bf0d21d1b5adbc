import type { tf } from '../tf.ts';

/** Numbers in the pool of a step: more than most tensors have; larger ones read it repeatedly. */
export const NOISE_SIZE = 1 << 21;

/** How far apart the places are at which successive dropouts read the pool; odd, so they spread. */
const STRIDE = 104_729;

/**
 * Zeroes a share of the values, and scales the rest up to keep the mean (Srivastava et al. 2014).
 */
export type Dropout = (x: tf.Tensor) => tf.Tensor;

/** For evaluation: everything stays. */
export const noDropout: Dropout = (x) => x;

/**
 * A dropout that reads its chance from numbers that the caller drew, so that a step is a function of
 * its inputs: it can be traced, repeated and resumed.
 * @param noise (NOISE_SIZE) uniform in [0, 1)
 */
export function createDropout(rate: number, noise: tf.Tensor1D): Dropout {
  if (rate === 0) return noDropout;
  let place = 0;
  return (x) => {
    const times = Math.ceil(x.size / NOISE_SIZE);
    const pool = times > 1 ? noise.tile([times]) : noise;
    const offset = place % (times * NOISE_SIZE - x.size + 1);
    place += STRIDE;
    const kept = pool.slice(offset, x.size).reshape(x.shape).greaterEqual(rate);
    return x.mul(kept.cast('float32').mul(1 / (1 - rate)));
  };
}
