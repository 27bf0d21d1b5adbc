import { tf } from '../tf.ts';
import { rows } from './fused.ts';

/**
 * x times the transpose of `weight`, plus `bias`: (..., I) to (..., O).
 * @param weight (O, I), as Hugging Face stores it
 * @param bias (O)
 */
export function linear(x: tf.Tensor, weight: tf.Tensor, bias?: tf.Tensor): tf.Tensor {
  const product = matMulTransposed(x, weight);
  return bias ? addBias(product, bias) : product;
}

/** The gradients keep (N, I) flat: TensorFlow.js' own do not fold the axes of a broadcast product. */
const matMulTransposed = tf.customGrad((x, weight, save) => {
  (save as tf.GradSaveFunc)([x as tf.Tensor, weight as tf.Tensor]);
  const value = tf.matMul(x as tf.Tensor, weight as tf.Tensor, false, true);
  const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => {
    const [input, matrix] = saved as [tf.Tensor, tf.Tensor];
    const flat = rows(dy);
    return [tf.matMul(dy, matrix), tf.matMul(flat, rows(input), true, false)];
  };
  return { value, gradFunc };
}) as (x: tf.Tensor, weight: tf.Tensor) => tf.Tensor;

const addBias = tf.customGrad((x, bias, save) => {
  (save as tf.GradSaveFunc)([]);
  const value = tf.add(x as tf.Tensor, bias as tf.Tensor);
  return { value, gradFunc: (dy: tf.Tensor) => [dy, rows(dy).sum(0)] };
}) as (x: tf.Tensor, bias: tf.Tensor) => tf.Tensor;
