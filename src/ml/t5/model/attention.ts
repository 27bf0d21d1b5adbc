import { attention } from '../../nn/attention.ts';
import { tf } from '../../tf.ts';
import type { T5Net } from './net.ts';

/** What a decoder's tokens attend to, split into heads so that a cache need not be: (B, H, N, K). */
export interface KeysValues {
  readonly keys: tf.Tensor;
  readonly values: tf.Tensor;
}

/** What padding's scores are lowered by: its weight underflows to 0, and half precision holds it. */
const HIDDEN = -1e4;

/** Hides the padding of a mask (B, N), 1 for a token: (B, 1, 1, N). */
export function maskBias(mask: tf.Tensor): tf.Tensor {
  return tf.sub(1, mask.cast('float32')).mul(HIDDEN).expandDims(1).expandDims(1);
}

/** Keys and values of states (B, N, D) for the attention called `name`. */
export function keysValues(net: T5Net, name: string, states: tf.Tensor): KeysValues {
  return {
    keys: split(net, net.dense(`${name}.k`, states)),
    values: split(net, net.dense(`${name}.v`, states)),
  };
}

/**
 * Multi-head attention without the usual scale, which T5 has in its initial weights.
 * @param states (B, T, D), which ask
 * @param bias broadcast to (B, H, T, N): learnt biases of position, large negatives where hidden
 * @returns (B, T, D)
 */
export function attend(
  net: T5Net,
  name: string,
  states: tf.Tensor,
  { keys, values }: KeysValues,
  bias: tf.Tensor,
): tf.Tensor {
  const queries = split(net, net.dense(`${name}.q`, states));
  const scores = queries.matMul(keys, false, true).add(bias); // (B, H, T, N)
  const mixed = net.drop(scores.softmax()).matMul(values); // (B, H, T, K)
  return net.dense(`${name}.o`, merge(mixed));
}

/** The same of a whole text to itself, where keys and values are not kept. */
export function attendToSelf(
  net: T5Net,
  name: string,
  states: tf.Tensor,
  bias: { readonly mask: tf.Tensor; readonly bias: tf.Tensor },
): tf.Tensor {
  const [queries, keys, values] = ['q', 'k', 'v'].map((part) =>
    net.dense(`${name}.${part}`, states),
  ) as [tf.Tensor, tf.Tensor, tf.Tensor];
  const options = { heads: net.config.heads, scale: 1, dropout: net.drop, ...bias };
  return net.dense(`${name}.o`, attention(queries, keys, values, options));
}

/** (B, N, H * K) to (B, H, N, K). */
function split({ config }: T5Net, x: tf.Tensor): tf.Tensor {
  const [batch, length] = x.shape as [number, number];
  return x.reshape([batch, length, config.heads, config.headWidth]).transpose([0, 2, 1, 3]);
}

/** (B, H, T, K) to (B, T, H * K). */
function merge(x: tf.Tensor): tf.Tensor {
  const [batch, heads, length, width] = x.shape as [number, number, number, number];
  return x.transpose([0, 2, 1, 3]).reshape([batch, length, heads * width]);
}
