import type { Lookup } from '../engine/engine.ts';
import { linear } from '../nn/linear.ts';
import type { tf } from '../tf.ts';
import type { Shapes } from './task.ts';

/** One linear layer on what the encoder gives, under Hugging Face's name for it. */
export interface LinearHead {
  readonly shapes: Shapes;
  /** (..., width) to (..., outputs). */
  apply(p: Lookup, x: tf.Tensor): tf.Tensor;
}

export const linearHead = (name: string, width: number, outputs: number): LinearHead => ({
  shapes: new Map([
    [`${name}.weight`, [outputs, width]],
    [`${name}.bias`, [outputs]],
  ]),
  apply: (p, x) => linear(x, p(`${name}.weight`), p(`${name}.bias`)),
});
