import { embedding } from '../../nn/embedding.ts';
import type { tf } from '../../tf.ts';
import { blockNames, EMBEDDING } from '../parameters.ts';
import { attendToSelf } from './attention.ts';
import { feedForward } from './feed-forward.ts';
import type { T5Net } from './net.ts';
import { distancesWithin, positionBias } from './position-bias.ts';

import { norm, sublayer } from './sublayer.ts';

/**
 * The encoder (Raffel et al. 2020, section 2.1).
 * @param ids (B, S), integers
 * @param mask (B, S), 1 for a token and 0 for padding
 * @returns states (B, S, D)
 */
export function encode(net: T5Net, ids: tf.Tensor, mask: tf.Tensor): tf.Tensor {
  const bias = { mask, bias: positionBias(net, 'encoder', distancesWithin(ids)).expandDims(0) };
  let states = net.drop(embedding(net.parameter(EMBEDDING), ids));
  for (let block = 0; block < net.config.encoderLayers; block++) {
    const names = blockNames('encoder', block);
    states = sublayer(net, names.selfNorm, states, (x) => attendToSelf(net, names.self, x, bias));
    states = sublayer(net, names.feedForwardNorm, states, (x) =>
      feedForward(net, names.feedForward, x),
    );
  }
  return net.drop(norm(net, 'encoder.final_layer_norm.weight', states));
}
