import { MICROSOFT } from '../onnx/graph.ts';
import type { tf } from '../tf.ts';
import { isInference, type KernelInputs, registerKernels } from '../trace/kernel.ts';
import { type Dropout, noDropout } from './dropout.ts';
import { fused } from './fused.ts';

export interface AttentionOptions {
  readonly heads: number;
  /** What scores are multiplied with; by default 1 over the root of the head's width. */
  readonly scale?: number;
  /** (B, S): 1 where a key may be attended to, 0 for padding. */
  readonly mask?: tf.Tensor;
  /** (1 or B, heads or 1, Q, S): added to the scores; relative positions, a causal mask. */
  readonly bias?: tf.Tensor;
  readonly dropout?: Dropout;
}

/** What padding's scores are lowered by: its weight underflows to 0, and half precision holds it. */
const MASKED = -1e4;

/**
 * Multi-head scaled dot-product attention (Vaswani et al. 2017, 3.2).
 * @param query (B, Q, H)
 * @param key (B, S, H)
 * @param value (B, S, H)
 * @returns (B, Q, H)
 */
export function attention(
  query: tf.Tensor,
  key: tf.Tensor,
  value: tf.Tensor,
  options: AttentionOptions,
): tf.Tensor {
  const width = (query.shape.at(-1) as number) / options.heads;
  const scale = options.scale ?? 1 / Math.sqrt(width);
  const [traced] = fusedAttention(query, key, value, options, scale);
  return traced ?? composed(query, key, value, options, scale);
}

function composed(
  query: tf.Tensor,
  key: tf.Tensor,
  value: tf.Tensor,
  { heads, mask, bias, dropout = noDropout }: AttentionOptions,
  scale: number,
): tf.Tensor {
  const q = split(scale === 1 ? query : query.mul(scale), heads);
  let scores = q.matMul(split(key, heads), false, true); // (B, heads, Q, S)
  if (mask)
    scores = scores.add(mask.cast('float32').sub(1).mul(-MASKED).expandDims(1).expandDims(1));
  if (bias) scores = scores.add(bias);
  const weights = dropout(scores.softmax());
  return merge(weights.matMul(split(value, heads)));
}

/** (B, S, H) to (B, heads, S, H / heads). */
function split(x: tf.Tensor, heads: number): tf.Tensor {
  const [batch, length, width] = x.shape as [number, number, number];
  return x.reshape([batch, length, heads, width / heads]).transpose([0, 2, 1, 3]);
}

/** (B, heads, S, D) to (B, S, heads * D). */
function merge(x: tf.Tensor): tf.Tensor {
  const [batch, heads, length, width] = x.shape as [number, number, number, number];
  return x.transpose([0, 2, 1, 3]).reshape([batch, length, heads * width]);
}

/** One operator where no gradient is wanted; in training its parts are, to be reused backwards. */
function fusedAttention(
  a: tf.Tensor,
  b: tf.Tensor,
  value: tf.Tensor,
  { heads, mask, bias, dropout = noDropout }: AttentionOptions,
  scale: number,
): tf.Tensor[] {
  if (dropout !== noDropout || !isInference()) return [];
  const inputs = { a, b, value, ...(mask && { x: mask }), ...(bias && { t: bias }) };
  const outputs = fused('MultiHeadAttention', inputs, { heads, scale });
  return outputs ?? [];
}

registerKernels({
  MultiHeadAttention(emit, { a, b, value, ...optional }, { heads, scale }) {
    const { x, t } = optional as Partial<KernelInputs>;
    const mask = x ? emit.node('Cast', [emit.name(x)], { to: 6 }) : '';
    const inputs = [emit.name(a), emit.name(b), emit.name(value), '', mask, t ? emit.name(t) : ''];
    const attributes = { num_heads: heads, scale: { float: scale } };
    return emit.tensor('MultiHeadAttention', inputs, a.shape, 'float32', attributes, MICROSOFT);
  },
});
