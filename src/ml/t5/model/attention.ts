import { attention } from '../../nn/attention.ts';
import { linear } from '../../nn/linear.ts';
import type { tf } from '../../tf.ts';
import type { T5Net } from './net.ts';

/** What is attended to: both (B, N, H * K). */
export interface KeysValues {
  readonly keys: tf.Tensor;
  readonly values: tf.Tensor;
}

/** What is added to the scores. */
export interface AttentionBias {
  /** (B, N): 1 where a key may be attended to, 0 for padding. */
  readonly mask?: tf.Tensor;
  /** (1, H, T, N): learnt position biases, with large negatives for keys ahead. */
  readonly bias?: tf.Tensor;
}

/** Keys and values of states (B, N, D) for the attention called `name`. */
export function keysValues(net: T5Net, name: string, states: tf.Tensor): KeysValues {
  return {
    keys: linear(states, net.parameter(`${name}.k.weight`)),
    values: linear(states, net.parameter(`${name}.v.weight`)),
  };
}

/**
 * Multi-head attention without the usual scale, which T5 has in its initial weights.
 * @param states (B, T, D), which ask
 * @returns (B, T, D)
 */
export function attend(
  net: T5Net,
  name: string,
  states: tf.Tensor,
  { keys, values }: KeysValues,
  bias: AttentionBias,
): tf.Tensor {
  const { heads } = net.config;
  const queries = linear(states, net.parameter(`${name}.q.weight`));
  const options = { heads, scale: 1, dropout: net.drop, ...bias };
  return linear(attention(queries, keys, values, options), net.parameter(`${name}.o.weight`));
}
