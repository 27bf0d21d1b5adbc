import { tf } from '../../tf.ts';
import type { T5Net } from './net.ts';
import { linear } from './ops.ts';

/** What is attended to, split into heads: both (B, H, N, K). */
export interface KeysValues {
  readonly keys: tf.Tensor;
  readonly values: tf.Tensor;
}

/** Keys and values of states (B, N, D) for the attention called `name`. */
export function keysValues(net: T5Net, name: string, states: tf.Tensor): KeysValues {
  return {
    keys: split(net, linear(states, net.parameter(`${name}.k.weight`))),
    values: split(net, linear(states, net.parameter(`${name}.v.weight`))),
  };
}

/**
 * Multi-head attention without T5's missing scale (it is in the initial weights).
 * @param states (B, T, D), which ask
 * @param bias broadcast to (B, H, T, N): position biases, and large negatives where masked
 * @returns (B, T, D)
 */
export function attend(
  net: T5Net,
  name: string,
  states: tf.Tensor,
  { keys, values }: KeysValues,
  bias: tf.Tensor,
): tf.Tensor {
  const [batch, queries] = states.shape as [number, number];
  const asked = split(net, linear(states, net.parameter(`${name}.q.weight`)));
  const scores = tf.matMul(asked, keys, false, true).add(bias); // (B, H, T, N)
  const mixed = tf.matMul(net.drop(tf.softmax(scores)), values); // (B, H, T, K)
  const { heads, headWidth } = net.config;
  const joined = mixed.transpose([0, 2, 1, 3]).reshape([batch, queries, heads * headWidth]);
  return linear(joined, net.parameter(`${name}.o.weight`));
}

/** (B, N, H * K) to (B, H, N, K). */
function split({ config }: T5Net, x: tf.Tensor): tf.Tensor {
  const [batch, length] = x.shape as [number, number];
  return x.reshape([batch, length, config.heads, config.headWidth]).transpose([0, 2, 1, 3]);
}
