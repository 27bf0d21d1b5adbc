import type { Dense } from '../../bert/encoder.ts';
import type { Lookup } from '../../engine/engine.ts';
import { type Dropout, noDropout } from '../../nn/dropout.ts';
import { linear } from '../../nn/linear.ts';
import type { tf } from '../../tf.ts';
import type { T5Config } from '../config.ts';

/** What the forward pass needs: the sizes, the parameters and what happens between the layers. */
export interface T5Net {
  readonly config: T5Config;
  /** A parameter by its Hugging Face name. */
  readonly parameter: Lookup;
  /** A linear layer by its name without `.weight`: x (..., I) to (..., O). */
  readonly dense: (name: string, x: tf.Tensor) => tf.Tensor;
  /** Dropout while training, else the identity. */
  readonly drop: Dropout;
  /** Changes what a sublayer (such as `encoder.block.0.layer.0`) adds to the states. */
  readonly adapt: (sublayer: string, x: tf.Tensor) => tf.Tensor;
}

/** T5's linear layers have no bias. */
export const unbiased: Dense = (p, name, x) => linear(x, p(`${name}.weight`));

/** A net without adapters, and by default without dropout and low-rank updates. */
export function plainNet(
  config: T5Config,
  parameter: Lookup,
  drop: Dropout = noDropout,
  dense: Dense = unbiased,
): T5Net {
  return {
    config,
    parameter,
    drop,
    dense: (name, x) => dense(parameter, name, x),
    adapt: (_, x) => x,
  };
}
