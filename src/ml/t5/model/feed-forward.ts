import { geluTanh } from '../../nn/gelu.ts';
import { tf } from '../../tf.ts';
import type { T5Net } from './net.ts';

/**
 * The feed-forward part, (B, N, D) to the same: ReLU in T5 (Raffel et al. 2020, section 2.1), gated
 * by GELU in v1.1 (GEGLU in Shazeer 2020, "GLU Variants Improve Transformer", section 2).
 */
export function feedForward(net: T5Net, name: string, x: tf.Tensor): tf.Tensor {
  const through = (matrix: string, from: tf.Tensor) => net.dense(`${name}.${matrix}`, from);
  const inner =
    net.config.feedForward === 'relu'
      ? tf.relu(through('wi', x))
      : geluTanh(through('wi_0', x)).mul(through('wi_1', x));
  return through('wo', net.drop(inner));
}
