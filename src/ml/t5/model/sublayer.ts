import { rmsNorm } from '../../nn/rms-norm.ts';
import type { tf } from '../../tf.ts';
import type { T5Net } from './net.ts';

/** T5's norm: by the root mean square, with a gain and no bias (Zhang and Sennrich 2019). */
export function norm(net: T5Net, name: string, x: tf.Tensor): tf.Tensor {
  return rmsNorm(x, net.parameter(name), net.config.epsilon);
}

/**
 * A residual sublayer, normalised before: x + f(norm(x)).
 * @param normName the norm's weight, whose name starts with the sublayer's
 */
export function sublayer(
  net: T5Net,
  normName: string,
  x: tf.Tensor,
  compute: (normalised: tf.Tensor) => tf.Tensor,
): tf.Tensor {
  const name = normName.replace(/\.layer_norm\.weight$/, '');
  return x.add(net.adapt(name, net.drop(compute(norm(net, normName, x)))));
}
