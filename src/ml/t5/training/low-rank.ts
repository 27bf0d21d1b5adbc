import type { Dense } from '../../bert/encoder.ts';
import { initialLora, type LoraOptions, loraDense } from '../../train/lora.ts';
import type { Weights } from '../../weights/weights.ts';
import { unbiased } from '../model/net.ts';

/** Queries and values of every attention. */
const ADAPTED = /\.(SelfAttention|EncDecAttention)\.[qv]\.weight$/;

/** Low-rank updates of a T5's attention: their first weights, and the layers that use them. */
export function lowRankT5(
  weights: Weights,
  options: LoraOptions,
  seed: number,
): { readonly updates: Weights; readonly dense: Dense } {
  const updates = initialLora(weights, options, seed, ADAPTED);
  return { updates, dense: loraDense(updates, options, unbiased) };
}
