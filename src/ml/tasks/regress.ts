import { linear } from '../nn/linear.ts';
import { huber } from '../nn/losses.ts';
import type { tf } from '../tf.ts';
import { type TargetScale, toScale } from './target-scale.ts';
import type { Task } from './task.ts';
import { floats } from './tensors.ts';

export interface RegressOptions {
  readonly width: number;
  readonly scale: TargetScale;
  /** Errors beyond count linearly, in deviations; infinite for the squared error. */
  readonly delta: number;
}

/** One number a row; a target is the value in its own unit. */
export function regressTask({ width, scale, delta }: RegressOptions): Task<number> {
  const outputs: Task<number>['outputs'] = (p, { pooled }) => ({
    // (B): in deviations from the mean.
    value: linear(pooled, p('regressor.weight'), p('regressor.bias')).squeeze([1]),
  });
  return {
    shapes: new Map([
      ['regressor.weight', [1, width]],
      ['regressor.bias', [1]],
    ]),
    outputs,
    loss(p, encoded, batch) {
      const value = outputs(p, encoded).value as tf.Tensor;
      return huber(value, batch('targets'), batch('weights'), delta);
    },
    targets(truths, size) {
      const targets = new Float32Array(size);
      const weights = new Float32Array(size);
      truths.forEach((truth, row) => {
        if (truth === undefined) return;
        targets[row] = toScale(scale, truth);
        weights[row] = 1;
      });
      return { targets: floats([size], targets), weights: floats([size], weights) };
    },
  };
}
