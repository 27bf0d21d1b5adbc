import { crossEntropy } from '../nn/losses.ts';
import { floats, integers } from '../onnx/tensors.ts';
import type { tf } from '../tf.ts';
import { linearHead } from './linear-head.ts';
import type { Task } from './task.ts';
import { perRow } from './tensors.ts';

export interface ClassifyOptions {
  readonly classes: number;
  /** Width of the vectors that the head gets. */
  readonly width: number;
  /** Share of the target spread over all classes. */
  readonly smoothing?: number;
  /** (classes): how much a row of each class counts; 1 when absent. */
  readonly classWeights?: ArrayLike<number>;
}

/** One class a row, by a linear layer and softmax; a target is the number of the class. */
export function classifyTask(options: ClassifyOptions): Task<number> {
  const { classes, width, smoothing = 0, classWeights } = options;
  const head = linearHead('classifier', width, classes);
  const outputs: Task<number>['outputs'] = (p, { pooled }) => ({
    logits: head.apply(p, pooled), // (B, C)
  });
  return {
    shapes: head.shapes,
    outputs,
    loss(p, encoded, batch) {
      const logits = outputs(p, encoded).logits as tf.Tensor;
      return crossEntropy(logits, batch('labels'), batch('weights'), smoothing);
    },
    targets(truths, size) {
      const labels = perRow(truths, size, (truth) => truth);
      const weights = perRow(truths, size, (truth) => classWeights?.[truth] ?? 1);
      return {
        labels: integers([size], Int32Array.from(labels)),
        weights: floats([size], Float32Array.from(weights)),
      };
    },
  };
}

/** Weights that let each class count the same, averaging 1 over the rows. */
export function balancedWeights(truths: readonly number[], classes: number): number[] {
  const counts = new Array<number>(classes).fill(0);
  for (const truth of truths) counts[truth] = (counts[truth] ?? 0) + 1;
  return counts.map((count) => (count === 0 ? 0 : truths.length / (classes * count)));
}
