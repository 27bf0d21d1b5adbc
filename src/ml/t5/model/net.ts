import { type Dropout, noDropout } from '../../nn/dropout.ts';
import type { tf } from '../../tf.ts';
import type { T5Config } from '../config.ts';

/** What the forward pass needs: the sizes, the parameters and what happens between the layers. */
export interface T5Net {
  readonly config: T5Config;
  /** A parameter by its Hugging Face name. */
  readonly parameter: (name: string) => tf.Tensor;
  /** Dropout while training, else the identity. */
  readonly drop: Dropout;
  /** Changes what a sublayer (such as `encoder.block.0.layer.0`) adds to the states; see adapters. */
  readonly adapt: (sublayer: string, x: tf.Tensor) => tf.Tensor;
}

/** A net as it answers: no dropout, no adapters. */
export function plainNet(config: T5Config, parameter: T5Net['parameter']): T5Net {
  return { config, parameter, drop: noDropout, adapt: (_, x) => x };
}
