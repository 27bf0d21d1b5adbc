import { tf } from '../../tf.ts';
import { bucketTable } from '../buckets.ts';
import { positionBiasName } from '../parameters.ts';
import type { T5Net } from './net.ts';
import { embedding } from './ops.ts';

/** Far below any score, yet a sum of two stays finite in every number format. */
const HIDDEN = -1e9;

/** A stack's learnt position biases, (1, H, queries, keys). */
export function positionBias(
  net: T5Net,
  stack: 'encoder' | 'decoder',
  queries: number,
  keys: number,
): tf.Tensor {
  const table = bucketTable(queries, keys, stack === 'encoder', net.config);
  const biases = embedding(net.parameter(positionBiasName(stack)), tf.tensor1d(table, 'int32'));
  return biases.transpose([1, 0]).reshape([1, net.config.heads, queries, keys]);
}

/** Hides the padding of a mask (B, N), 1 for a token: (B, 1, 1, N). */
export function maskBias(mask: tf.Tensor): tf.Tensor {
  const [batch, length] = mask.shape as [number, number];
  return tf.sub(1, mask).mul(HIDDEN).reshape([batch, 1, 1, length]);
}

/** Hides what is ahead of each query, (1, 1, length, length). */
export function causalBias(length: number): tf.Tensor {
  const bias = Float32Array.from({ length: length * length }, (_, i) =>
    i % length > Math.floor(i / length) ? HIDDEN : 0,
  );
  return tf.tensor(bias, [1, 1, length, length]);
}
