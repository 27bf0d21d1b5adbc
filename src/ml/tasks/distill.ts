import { applyLink } from '../baselines/link.ts';
import { binaryCrossEntropy } from '../nn/losses.ts';
import { floats } from '../onnx/tensors.ts';
import type { tf } from '../tf.ts';
import type { Task } from './task.ts';

export interface DistillOptions {
  /** Scores are divided by this before the softmax: high ones show what the teacher finds alike. */
  readonly temperature: number;
  /** Share of the teacher in the loss; the labels have the rest. */
  readonly weight: number;
  /** Softmax over classes, or a sigmoid for each label. */
  readonly link: 'softmax' | 'sigmoid';
}

/** A row's truth, and what the teacher gave for it: scores (C). */
export interface Taught<Target> {
  readonly truth: Target | undefined;
  readonly teacher: ArrayLike<number>;
}

/**
 * Learning from a teacher's scores beside the labels (Hinton, Vinyals, Dean 2015, sec. 2): the
 * teacher's part is multiplied with the square of the temperature, so that its gradients keep size.
 * @param task one with `logits` as its output
 */
export function distillTask<Target>(
  task: Task<Target>,
  { temperature, weight, link }: DistillOptions,
): Task<Taught<Target>> {
  return {
    shapes: task.shapes,
    outputs: task.outputs,
    loss(p, encoded, batch) {
      const cooled = (task.outputs(p, encoded).logits as tf.Tensor).div(temperature);
      const [soft, rows] = [batch('teacher'), batch('taught')];
      const apart =
        link === 'sigmoid'
          ? binaryCrossEntropy(cooled, soft, rows.mul(cooled.onesLike()))
          : softCrossEntropy(cooled, soft, rows);
      const labels = task.loss(p, encoded, batch).mul(1 - weight);
      return labels.add(apart.mul(weight * temperature ** 2)) as tf.Scalar;
    },
    targets(rows, size, length) {
      const truths = rows.map((row) => row?.truth);
      const width = rows.find((row) => row)?.teacher.length ?? 0;
      const teacher = new Float32Array(size * width);
      const taught = new Float32Array(size);
      rows.forEach((row, i) => {
        if (!row) return;
        const cooled = Array.from(row.teacher, (score) => score / temperature);
        teacher.set(applyLink(link, cooled), i * width);
        taught[i] = 1;
      });
      return {
        ...task.targets(truths, size, length),
        teacher: floats([size, width], teacher),
        taught: floats([size, 1], taught),
      };
    },
  };
}

/** Cross-entropy against probabilities (B, C), averaged over the rows that count (B, 1). */
function softCrossEntropy(logits: tf.Tensor, soft: tf.Tensor, rows: tf.Tensor): tf.Tensor {
  const cells = logits.logSoftmax().mul(soft).mul(rows);
  return cells.sum().neg().div(rows.sum().maximum(1e-12));
}
