import type { BertConfig } from '../bert/config.ts';
import { type BertOptions, bertEncode } from '../bert/encoder.ts';
import { type Pooling, pool } from '../bert/pooling.ts';
import type { Computation, Lookup } from '../engine/engine.ts';
import { noDropout } from '../nn/dropout.ts';
import type { tf } from '../tf.ts';
import type { Loss, LossOptions } from '../train/step.ts';
import { type FeatureShape, fuse } from './fusion.ts';
import type { Encoded, Task } from './task.ts';

/** The text's part of a model. */
export interface TextShape {
  readonly config: BertConfig;
  readonly pooling: Pooling;
}

/** What a model reads: text, a structured vector, or both. */
export interface ModelShape {
  readonly text?: TextShape;
  readonly features?: FeatureShape;
}

/** Width of the vector that a head gets. */
export function widthOf({ text, features }: ModelShape): number {
  return features?.width ?? text?.config.hidden_size ?? 0;
}

/**
 * The rows of a batch as vectors: `ids` and `mask` (B, S), `numbers` (B, N) and `categories` (B, C) as
 * far as the model reads them.
 */
export function encodeBatch(
  { text, features }: ModelShape,
  p: Lookup,
  batch: Lookup,
  { dropout = noDropout, ...options }: BertOptions,
): Encoded {
  const hidden =
    text &&
    bertEncode(text.config, p, { ids: batch('ids'), mask: batch('mask') }, { ...options, dropout });
  const pooled = text && hidden && pool(hidden, batch('mask'), text.pooling);
  const tensors = features && {
    numbers: batch('numbers'),
    categories: batch('categories'),
  };
  const joint = features && tensors ? fuse(features, p, tensors, pooled, dropout) : pooled;
  return { pooled: dropout(joint as tf.Tensor), ...(hidden && { hidden }) };
}

/** A task's loss on what the model makes of a batch. */
export function lossOf<Target>(
  model: ModelShape,
  task: Task<Target>,
  dense?: NonNullable<BertOptions['dense']>,
): Loss {
  return (p, batch, options: LossOptions) =>
    task.loss(p, encodeBatch(model, p, batch, { ...options, ...(dense && { dense }) }), batch);
}

/** A task's outputs, without anything left to chance. */
export function outputsOf<Target>(
  model: ModelShape,
  task: Task<Target>,
  dense?: NonNullable<BertOptions['dense']>,
): Computation {
  return (p, batch) => ({
    outputs: task.outputs(p, encodeBatch(model, p, batch, dense ? { dense } : {})),
  });
}
