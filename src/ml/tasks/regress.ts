import { huber } from '../nn/losses.ts';
import { floats } from '../onnx/tensors.ts';
import type { tf } from '../tf.ts';
import { linearHead } from './linear-head.ts';
import { type TargetScale, toScale } from './target-scale.ts';
import type { Task } from './task.ts';
import { perRow } from './tensors.ts';

export interface RegressOptions {
  readonly width: number;
  readonly scale: TargetScale;
  /** Errors beyond count linearly, in deviations; infinite for the squared error. */
  readonly delta: number;
}

/** One number a row; a target is the value in its own unit. */
export function regressTask({ width, scale, delta }: RegressOptions): Task<number> {
  const head = linearHead('regressor', width, 1);
  const outputs: Task<number>['outputs'] = (p, { pooled }) => ({
    // (B): in deviations from the mean.
    value: head.apply(p, pooled).squeeze([1]),
  });
  return {
    shapes: head.shapes,
    outputs,
    loss(p, encoded, batch) {
      const value = outputs(p, encoded).value as tf.Tensor;
      return huber(value, batch('targets'), batch('weights'), delta);
    },
    targets(truths, size) {
      const targets = perRow(truths, size, (truth) => toScale(scale, truth));
      const weights = perRow(truths, size, () => 1);
      return {
        targets: floats([size], Float32Array.from(targets)),
        weights: floats([size], Float32Array.from(weights)),
      };
    },
  };
}
