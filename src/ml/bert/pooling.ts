import type { tf } from '../tf.ts';

export type Pooling = 'mean' | 'cls';

/**
 * One vector a text out of one a token.
 * @param hidden (B, S, H)
 * @param mask (B, S): the mean leaves padding out
 * @returns (B, H)
 */
export function pool(hidden: tf.Tensor, mask: tf.Tensor, pooling: Pooling): tf.Tensor {
  if (pooling === 'cls') return hidden.slice([0, 0, 0], [-1, 1, -1]).squeeze([1]);
  const weights = mask.cast('float32');
  // A product, not a sum over an axis: TensorFlow.js' gradient of a sum allocates the whole shape,
  // which a trace with dimensions known at run time does not have.
  const total = weights.expandDims(1).matMul(hidden).squeeze([1]);
  return total.div(weights.sum(1, true).maximum(1e-9));
}

/** Scales vectors (..., H) to length 1: their products are cosines. */
export function normalise(x: tf.Tensor): tf.Tensor {
  return x.div(x.square().sum(-1, true).add(1e-12).sqrt());
}
