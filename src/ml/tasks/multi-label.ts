import { binaryCrossEntropy } from '../nn/losses.ts';
import { floats } from '../onnx/tensors.ts';
import type { tf } from '../tf.ts';
import { linearHead } from './linear-head.ts';
import type { Task } from './task.ts';

export interface MultiLabelOptions {
  readonly labels: number;
  readonly width: number;
  /** Share of the target moved from 0 and 1 to the middle. */
  readonly smoothing?: number;
}

/** Any number of labels a row, each by a sigmoid of its own; a target is the numbers of the labels. */
export function multiLabelTask(options: MultiLabelOptions): Task<readonly number[]> {
  const { labels, width, smoothing = 0 } = options;
  const head = linearHead('classifier', width, labels);
  const outputs: Task<readonly number[]>['outputs'] = (p, { pooled }) => ({
    logits: head.apply(p, pooled), // (B, L)
  });
  return {
    shapes: head.shapes,
    outputs,
    loss(p, encoded, batch) {
      const logits = outputs(p, encoded).logits as tf.Tensor;
      return binaryCrossEntropy(logits, batch('targets'), batch('weights'));
    },
    targets(truths, size) {
      const targets = new Float32Array(size * labels).fill(smoothing / 2);
      const weights = new Float32Array(size * labels);
      truths.forEach((truth, row) => {
        if (!truth) return;
        weights.fill(1, row * labels, (row + 1) * labels);
        for (const label of truth) targets[row * labels + label] = 1 - smoothing / 2;
      });
      const shape = [size, labels];
      return { targets: floats(shape, targets), weights: floats(shape, weights) };
    },
  };
}
