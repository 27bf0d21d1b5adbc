import { crossEntropy } from '../../nn/losses.ts';
import type { tf } from '../../tf.ts';
import type { T5Net } from './net.ts';
import { forcedLogits, type Seq2SeqInput } from './seq2seq.ts';

/** What the decoder should say. */
export interface Seq2SeqTarget {
  /** (B, T), integers: the target with its end; anything where the weight is 0 */
  readonly labels: tf.Tensor;
  /** (B, T): how much a token counts, 0 for padding */
  readonly labelWeights: tf.Tensor;
}

/**
 * Cross-entropy of the next tokens under teacher forcing, averaged by weight.
 * @param smoothing share of the target spread over the vocabulary
 * @returns a scalar, in nats a token
 */
export function forcedLoss(
  net: T5Net,
  batch: Seq2SeqInput & Seq2SeqTarget,
  smoothing = 0,
): tf.Scalar {
  return tokenLoss(forcedLogits(net, batch), batch, smoothing);
}

/** @param logits (B, T, V) */
export function tokenLoss(
  logits: tf.Tensor,
  { labels, labelWeights }: Seq2SeqTarget,
  smoothing = 0,
): tf.Scalar {
  const flat = logits.reshape([-1, logits.shape[2] as number]);
  return crossEntropy(flat, labels.reshape([-1]), labelWeights.reshape([-1]), smoothing);
}
