import { MICROSOFT } from '../onnx/graph.ts';
import { tf } from '../tf.ts';
import { isInference, registerKernels } from '../trace/kernel.ts';
import { fused } from './fused.ts';

const DENSITY = 1 / Math.sqrt(2 * Math.PI);

/** x times the standard normal's distribution function at x (Hendrycks, Gimpel 2016). */
export const gelu = tf.customGrad((input, save) => {
  const x = input as tf.Tensor;
  const below = tf.erf(x.mul(Math.SQRT1_2)).add(1).mul(0.5);
  (save as tf.GradSaveFunc)([x, below]);
  const [traced] = (isInference() && fused('Gelu', { x })) || [];
  return {
    value: traced ?? x.mul(below),
    gradFunc(dy: tf.Tensor, saved: tf.Tensor[]) {
      const [source, distribution] = saved as [tf.Tensor, tf.Tensor];
      const density = source.square().mul(-0.5).exp().mul(DENSITY);
      return dy.mul(distribution.add(source.mul(density)));
    },
  };
}) as (x: tf.Tensor) => tf.Tensor;

const CUBIC = 0.044715;
const SLOPE = Math.sqrt(2 / Math.PI);

/** GELU by its tanh approximation, which T5 v1.1 was trained with ("gelu_new"). */
export const geluTanh = tf.customGrad((input, save) => {
  const x = input as tf.Tensor;
  const t = x.add(x.mul(x).mul(x).mul(CUBIC)).mul(SLOPE).tanh();
  (save as tf.GradSaveFunc)([x, t]);
  return {
    value: x.mul(0.5).mul(t.add(1)),
    gradFunc(dy: tf.Tensor, saved: tf.Tensor[]) {
      const [source, tanh] = saved as [tf.Tensor, tf.Tensor];
      const inner = source
        .square()
        .mul(3 * CUBIC)
        .add(1)
        .mul(SLOPE);
      const slope = tanh.square().neg().add(1).mul(inner).mul(source);
      return dy.mul(0.5).mul(tanh.add(1).add(slope));
    },
  };
}) as (x: tf.Tensor) => tf.Tensor;

registerKernels({
  Gelu: (emit, { x }) => emit.tensor('Gelu', [emit.name(x)], x.shape, 'float32', {}, MICROSOFT),
});
