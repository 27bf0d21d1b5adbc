import type { BertConfig } from '../bert/config.ts';
import { type BertOptions, bertEncode } from '../bert/encoder.ts';
import { type Pooling, pool } from '../bert/pooling.ts';
import type { Computation, Lookup } from '../engine/engine.ts';
import { noDropout } from '../nn/dropout.ts';
import { tf } from '../tf.ts';
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
  /** Encoders side by side, see bag.ts; 1 when absent. */
  readonly members?: number;
}

/** Width of the vector that a head gets. */
export function widthOf({ text, features, members = 1 }: ModelShape): number {
  return members * (features?.width ?? text?.config.hidden_size ?? 0);
}

/** What the names of a bag's further encoders start with. */
export const memberPrefix = (member: number): string => (member === 0 ? '' : `bag.${member}.`);

/**
 * The rows of a batch as vectors: `ids` and `mask` (B, S), `numbers` (B, N) and `categories` (B, C) as
 * far as the model reads them. The vectors of several encoders stand side by side.
 */
export function encodeBatch(
  model: ModelShape,
  p: Lookup,
  batch: Lookup,
  options: BertOptions,
): Encoded {
  const each = Array.from({ length: model.members ?? 1 }, (_, member) =>
    encodeOnce(model, (name) => p(memberPrefix(member) + name), batch, options),
  );
  const [only] = each;
  if (only && each.length === 1) return only;
  const hidden = each.flatMap((encoded) => encoded.hidden ?? []);
  return {
    pooled: tf.concat(
      each.map(({ pooled }) => pooled),
      1,
    ),
    ...(hidden.length > 0 && { hidden: tf.concat(hidden, 2) }),
  };
}

function encodeOnce(
  { text, features }: ModelShape,
  p: Lookup,
  batch: Lookup,
  { dropout = noDropout, ...options }: BertOptions,
): Encoded {
  const hidden =
    text &&
    bertEncode(text.config, p, { ids: batch('ids'), mask: batch('mask') }, { ...options, dropout });
  const pooled = text && hidden && pool(hidden, batch('mask'), text.pooling);
  // Asked for one by one: a model may have no numbers, or no categories.
  const tensors = {
    get numbers() {
      return batch('numbers');
    },
    get categories() {
      return batch('categories');
    },
  };
  const joint = features ? fuse(features, p, tensors, pooled, dropout) : pooled;
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
