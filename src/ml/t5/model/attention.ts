import { attention } from '../../nn/attention.ts';
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
    keys: net.dense(`${name}.k`, states),
    values: net.dense(`${name}.v`, states),
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
  const queries = net.dense(`${name}.q`, states);
  const options = { heads, scale: 1, dropout: net.drop, ...bias };
  return net.dense(`${name}.o`, attention(queries, keys, values, options));
}
