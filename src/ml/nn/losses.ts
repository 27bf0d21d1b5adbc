import { tf } from '../tf.ts';
import { registerKernels } from '../trace/kernel.ts';
import { fused } from './fused.ts';

/**
 * Cross-entropy of classes given as numbers, averaged by weight.
 * @param logits (N, C)
 * @param labels (N) int32, each in [0, C)
 * @param weights (N); rows of weight 0 do not count
 * @param smoothing share of the target spread evenly over all classes (Szegedy et al. 2016, sec. 7)
 * @returns a scalar
 */
export function crossEntropy(
  logits: tf.Tensor,
  labels: tf.Tensor,
  weights: tf.Tensor,
  smoothing = 0,
): tf.Scalar {
  const share = weights.div(weights.sum().maximum(1e-12)).expandDims(1); // (N, 1)
  const loss = tf.customGrad((scores, save) => {
    const log = tf.logSoftmax(scores as tf.Tensor);
    (save as tf.GradSaveFunc)([log, labels, share]);
    const target = pick(log, labels).mul(1 - smoothing);
    const spread = smoothing ? target.add(log.mean(1, true).mul(smoothing)) : target;
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => gradient(dy, saved, smoothing);
    return { value: spread.mul(share).sum().neg(), gradFunc };
  }) as (logits: tf.Tensor) => tf.Scalar;
  return loss(logits);
}

/** softmax - target, by weight. */
function gradient(dy: tf.Tensor, saved: tf.Tensor[], smoothing: number): tf.Tensor {
  const [log, labels, share] = saved as [tf.Tensor, tf.Tensor, tf.Tensor];
  const weight = share.mul(dy);
  const classes = log.shape[1] as number;
  const even = smoothing ? log.exp().sub(smoothing / classes) : log.exp();
  return addAt(even.mul(weight), labels, weight.mul(smoothing - 1));
}

/** The value of each row at its label: (N, 1). */
function pick(x: tf.Tensor, labels: tf.Tensor): tf.Tensor {
  const [traced] = fused('GatherElements', { x, indices: labels }) ?? [];
  return traced ?? x.mul(oneHot(x, labels)).sum(1, true);
}

/** `updates` (N, 1) added to each row at its label. */
function addAt(x: tf.Tensor, labels: tf.Tensor, updates: tf.Tensor): tf.Tensor {
  const [traced] = fused('ScatterElements', { x, indices: labels, updates }) ?? [];
  return traced ?? x.add(oneHot(x, labels).mul(updates));
}

function oneHot(x: tf.Tensor, labels: tf.Tensor): tf.Tensor {
  return tf.oneHot(labels as tf.Tensor1D, x.shape[1] as number).cast('float32');
}

registerKernels({
  GatherElements(emit, { x, indices }) {
    const column = emit.node('Unsqueeze', [emit.name(indices), emit.backend.builder.int64([1])]);
    const shape = [x.shape[0] as number, 1];
    return emit.tensor('GatherElements', [emit.name(x), column], shape, 'float32', { axis: 1 });
  },
  ScatterElements(emit, { x, indices, updates }) {
    const column = emit.node('Unsqueeze', [emit.name(indices), emit.backend.builder.int64([1])]);
    const inputs = [emit.name(x), column, emit.name(updates)];
    return emit.tensor('ScatterElements', inputs, x.shape, 'float32', {
      axis: 1,
      reduction: 'add',
    });
  },
});

/**
 * Binary cross-entropy on logits, in the form that does not overflow, averaged by weight.
 * @param logits (N, C)
 * @param targets (N, C) in [0, 1]
 * @param weights (N, C); 0 leaves a cell out
 */
export function binaryCrossEntropy(
  logits: tf.Tensor,
  targets: tf.Tensor,
  weights: tf.Tensor,
): tf.Scalar {
  const excess = tf.log1p(logits.abs().neg().exp());
  const cells = logits.relu().sub(logits.mul(targets)).add(excess);
  return cells.mul(weights).sum().div(weights.sum().maximum(1e-12)) as tf.Scalar;
}

/**
 * Huber's loss (1964): quadratic within `delta`, linear beyond; averaged by weight. An infinite
 * delta is half the squared error.
 */
export function huber(
  predictions: tf.Tensor,
  targets: tf.Tensor,
  weights: tf.Tensor,
  delta: number,
): tf.Scalar {
  const error = predictions.sub(targets).abs();
  const near = Number.isFinite(delta) ? error.minimum(delta) : error;
  const cells = near.square().mul(0.5).add(error.sub(near).mul(near));
  return cells.mul(weights).sum().div(weights.sum().maximum(1e-12)) as tf.Scalar;
}
