import { z } from 'zod';
import { linear } from '../nn/linear.ts';
import { huber } from '../nn/losses.ts';
import type { tf } from '../tf.ts';
import type { Task } from './task.ts';
import { floats } from './tensors.ts';

/** How a value becomes the number that a model learns; kept in `cameo.json`. */
export const targetScale = z.object({
  /** Values go through ln(1 + x) first: amounts have heavy tails. */
  log: z.boolean(),
  mean: z.number(),
  deviation: z.number().positive(),
});
export type TargetScale = z.infer<typeof targetScale>;

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

/** The scale of training values; by their logarithm where they are amounts with a heavy tail. */
export function fitScale(values: readonly number[]): TargetScale {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted[Math.floor(values.length / 2)] ?? 0;
  const mean = meanOf(values);
  const log = (sorted[0] ?? -1) >= 0 && mean > 2 * middle;
  const shaped = log ? values.map((value) => Math.log1p(value)) : values;
  const centre = meanOf(shaped);
  const deviation = Math.sqrt(meanOf(shaped.map((value) => (value - centre) ** 2)));
  return { log, mean: centre, deviation: deviation || 1 };
}

export function toScale({ log, mean, deviation }: TargetScale, value: number): number {
  return ((log ? Math.log1p(Math.max(0, value)) : value) - mean) / deviation;
}

/** The value in its own unit. */
export function fromScale({ log, mean, deviation }: TargetScale, output: number): number {
  const value = output * deviation + mean;
  return log ? Math.max(0, Math.expm1(value)) : value;
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}
