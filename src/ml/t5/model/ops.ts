import { tf } from '../../tf.ts';

/** x W^T for W [out, in]. */
export function linear(x: tf.Tensor, weight: tf.Tensor): tf.Tensor {
  const inner = x.shape.at(-1) as number;
  const flat = tf.matMul(x.reshape([-1, inner]) as tf.Tensor2D, weight as tf.Tensor2D, false, true);
  return flat.reshape([...x.shape.slice(0, -1), weight.shape[0] as number]);
}

export function embedding(weight: tf.Tensor, ids: tf.Tensor): tf.Tensor {
  return tf.gather(weight, ids);
}

export function rmsNorm(x: tf.Tensor, gain: tf.Tensor, epsilon: number): tf.Tensor {
  return x.mul(tf.rsqrt(x.square().mean(-1, true).add(epsilon))).mul(gain);
}

export function geluTanh(x: tf.Tensor): tf.Tensor {
  const inner = x.add(x.pow(3).mul(0.044715)).mul(Math.sqrt(2 / Math.PI));
  return x.mul(0.5).mul(inner.tanh().add(1));
}
