import { tf } from '../tf.ts';
import { registerKernels } from '../trace/kernel.ts';
import { fused, rows } from './fused.ts';

/**
 * Layer normalisation over the last axis (Ba, Kiros, Hinton 2016, eq. 4).
 * @param x (..., D)
 * @param gamma (D) scale
 * @param beta (D) shift
 */
export function layerNorm(
  x: tf.Tensor,
  gamma: tf.Tensor,
  beta: tf.Tensor,
  epsilon = 1e-12,
): tf.Tensor {
  const normalise = tf.customGrad((input, scale, shift, save) => {
    const [source, g] = [input as tf.Tensor, scale as tf.Tensor];
    const [value, mean, inverse] = forward(source, g, shift as tf.Tensor, epsilon);
    (save as tf.GradSaveFunc)([source, g, mean, inverse]);
    return { value, gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => backward(dy, saved) };
  }) as (x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor) => tf.Tensor;
  return normalise(x, gamma, beta);
}

type Normalised = [value: tf.Tensor, mean: tf.Tensor, inverse: tf.Tensor];

function forward(x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor, epsilon: number): Normalised {
  const traced = fused('LayerNormalization', { x, gamma, beta }, { epsilon });
  if (traced) return traced as Normalised;
  const mean = x.mean(-1, true);
  const centred = x.sub(mean);
  const inverse = centred.square().mean(-1, true).add(epsilon).rsqrt();
  return [centred.mul(inverse).mul(gamma).add(beta), mean, inverse];
}

function backward(dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor[] {
  const [x, gamma, mean, inverse] = saved as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
  const standard = x.sub(mean).mul(inverse);
  const scaled = dy.mul(gamma);
  const along = scaled.mul(standard).mean(-1, true);
  const dx = scaled.sub(scaled.mean(-1, true)).sub(standard.mul(along)).mul(inverse);
  return [dx, rows(dy.mul(standard)).sum(0), rows(dy).sum(0)];
}

registerKernels({
  LayerNormalization(emit, { x, gamma, beta }, { epsilon }) {
    const inputs = [emit.name(x), emit.name(gamma), emit.name(beta)];
    const outputs = emit.backend.builder.nodes(
      emit.backend.inference ? 1 : 3,
      'LayerNormalization',
      inputs,
      { axis: -1, epsilon: { float: epsilon } },
    );
    const [value, mean, inverse] = outputs as [string, string, string];
    const column = x.shape.with(-1, 1);
    return [
      emit.backend.symbol(value, x.shape, 'float32'),
      emit.backend.symbol(mean, column, 'float32'),
      emit.backend.symbol(inverse, column, 'float32'),
    ];
  },
});
