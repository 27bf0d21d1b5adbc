import type { tf } from '../../tf.ts';
import { maskBias } from './attention.ts';
import { causalAttention, crossMemory, decode, tokenLogits } from './decoder.ts';
import { encode } from './encoder.ts';
import type { T5Net } from './net.ts';

/** A source and the target shifted right by one (teacher forcing). */
export interface Seq2SeqInput {
  /** (B, S), integers */
  readonly source: tf.Tensor;
  /** (B, S), 1 for a token and 0 for padding */
  readonly sourceMask: tf.Tensor;
  /** (B, T), integers: the start token, then the target without its last */
  readonly decoderInput: tf.Tensor;
}

/** Scores of every next token, (B, T, V). */
export function forcedLogits(net: T5Net, input: Seq2SeqInput): tf.Tensor {
  const states = encode(net, input.source, input.sourceMask);
  return logitsFrom(net, states, input);
}

/** The same from the encoder's states (B, S, D), where they serve a second head as well. */
export function logitsFrom(net: T5Net, states: tf.Tensor, input: Seq2SeqInput): tf.Tensor {
  const memory = { blocks: crossMemory(net, states), bias: maskBias(input.sourceMask) };
  const self = causalAttention(net, input.decoderInput);
  return tokenLogits(net, decode(net, input.decoderInput, memory, self));
}
