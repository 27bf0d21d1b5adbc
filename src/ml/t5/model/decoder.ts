import { embedding } from '../../nn/embedding.ts';
import { linear } from '../../nn/linear.ts';
import type { tf } from '../../tf.ts';
import { blockNames, EMBEDDING, HEAD } from '../parameters.ts';
import { attend, type KeysValues, keysValues } from './attention.ts';
import { feedForward } from './feed-forward.ts';
import type { T5Net } from './net.ts';
import { causalBias, distancesWithin, positionBias } from './position-bias.ts';

import { norm, sublayer } from './sublayer.ts';

/** What the decoder reads of the encoder: each block's keys and values (B, H, S, K). */
export interface Memory {
  readonly blocks: readonly KeysValues[];
  /** (B, 1, 1, S), by `maskBias`. */
  readonly bias: tf.Tensor;
}

/** How the decoder's tokens attend to each other. */
export interface SelfAttention {
  /** (H, T, N) */
  readonly bias: tf.Tensor;
  /** What block `block` attends to, given the keys and values of this call's tokens. */
  readonly extend: (block: number, own: KeysValues) => KeysValues;
}

/** @param states the encoder's, (B, S, D) */
export function crossMemory(net: T5Net, states: tf.Tensor): KeysValues[] {
  return Array.from({ length: net.config.decoderLayers }, (_, block) =>
    keysValues(net, blockNames('decoder', block).cross, states),
  );
}

/** All tokens at once, each seeing those before it: teacher forcing. */
export function causalAttention(net: T5Net, ids: tf.Tensor): SelfAttention {
  const distances = distancesWithin(ids);
  const bias = positionBias(net, 'decoder', distances).add(causalBias(distances));
  return { bias, extend: (_, own) => own };
}

/**
 * The decoder (Raffel et al. 2020, section 2.1).
 * @param ids (B, T), integers: the target shifted right, or one token with a cache
 * @returns states (B, T, D)
 */
export function decode(net: T5Net, ids: tf.Tensor, memory: Memory, self: SelfAttention): tf.Tensor {
  let states = net.drop(embedding(net.parameter(EMBEDDING), ids));
  for (const [block, cross] of memory.blocks.entries()) {
    const names = blockNames('decoder', block);
    states = sublayer(net, names.selfNorm, states, (x) =>
      attend(net, names.self, x, self.extend(block, keysValues(net, names.self, x)), self.bias),
    );
    states = sublayer(net, names.crossNorm, states, (x) =>
      attend(net, names.cross, x, cross, memory.bias),
    );
    states = sublayer(net, names.feedForwardNorm, states, (x) =>
      feedForward(net, names.feedForward, x),
    );
  }
  return net.drop(norm(net, 'decoder.final_layer_norm.weight', states));
}

/** Scores of every token of the vocabulary, (..., D) to (..., V). */
export function tokenLogits(net: T5Net, states: tf.Tensor): tf.Tensor {
  if (!net.config.tied) return net.dense(HEAD, states);
  return linear(states.mul(net.config.width ** -0.5), net.parameter(EMBEDDING));
}
