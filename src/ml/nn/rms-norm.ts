import { tf } from '../tf.ts';
import { registerKernels } from '../trace/kernel.ts';
import { fused, rows } from './fused.ts';

/**
 * Root-mean-square normalisation over the last axis, without a shift (Zhang, Sennrich 2019, eq. 4).
 * @param x (..., D)
 * @param gamma (D)
 */
export function rmsNorm(x: tf.Tensor, gamma: tf.Tensor, epsilon = 1e-6): tf.Tensor {
  const normalise = tf.customGrad((input, scale, save) => {
    const [source, g] = [input as tf.Tensor, scale as tf.Tensor];
    const inverse = source.square().mean(-1, true).add(epsilon).rsqrt();
    (save as tf.GradSaveFunc)([source, g, inverse]);
    const [traced] =
      fused('SimplifiedLayerNormalization', { x: source, gamma: g }, { epsilon }) ?? [];
    const value = traced ?? source.mul(inverse).mul(g);
    return { value, gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => backward(dy, saved) };
  }) as (x: tf.Tensor, gamma: tf.Tensor) => tf.Tensor;
  return normalise(x, gamma);
}

function backward(dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor[] {
  const [x, gamma, inverse] = saved as [tf.Tensor, tf.Tensor, tf.Tensor];
  const standard = x.mul(inverse);
  const scaled = dy.mul(gamma);
  const along = scaled.mul(standard).mean(-1, true);
  return [scaled.sub(standard.mul(along)).mul(inverse), rows(dy.mul(standard)).sum(0)];
}

registerKernels({
  SimplifiedLayerNormalization: (emit, { x, gamma }, { epsilon }) =>
    emit.tensor(
      'SimplifiedLayerNormalization',
      [emit.name(x), emit.name(gamma)],
      x.shape,
      'float32',
      {
        axis: -1,
        epsilon: { float: epsilon },
      },
    ),
});
