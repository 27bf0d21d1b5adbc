import type { Lookup } from '../../engine/engine.ts';
import { encodeModel } from '../../onnx/encode.ts';
import { optimiseGraph } from '../../onnx/optimise.ts';
import { tf } from '../../tf.ts';
import type { TraceInputs } from '../../trace/trace.ts';
import { traceWithWeights } from '../../trace/with-weights.ts';
import type { Weights } from '../../weights/weights.ts';
import type { T5Config } from '../config.ts';
import { type KeysValues, maskBias } from '../model/attention.ts';
import { crossMemory, decode, tokenLogits } from '../model/decoder.ts';
import { encode } from '../model/encoder.ts';
import { plainNet, type T5Net } from '../model/net.ts';
import { positionBias } from '../model/position-bias.ts';
import { hasAdapters, withAdapters } from '../training/adapters.ts';

type Input = TraceInputs['input'];

/** A T5 as two ONNX files: what reads a source, and what says one token more. */
export interface DecodingGraphs {
  /**
   * `input_ids` and `attention_mask` (B, S) to `states` (B, S, D) and each decoder block's
   * `memory.<i>.keys` and `.values` (B, H, S, K).
   */
  readonly encoder: Uint8Array;
  /**
   * `token` (B, 1), `attention_mask` (B, S), `distances` (1, L) of the tokens so far from this
   * one, the memory and `past.<i>.keys` and `.values` (B, H, L, K) to `log_probs` (B, V) and
   * `present.<i>.keys` and `.values` (B, H, L + 1, K).
   */
  readonly decoder: Uint8Array;
}

/**
 * Traces the model's own functions, for batches and lengths of every size.
 * @param weights as `pickT5Weights` checks them, with those of adapters where it has any
 */
export function exportDecoding(config: T5Config, weights: Weights): DecodingGraphs {
  const adapters = hasAdapters(weights);
  const net = (p: Lookup) => (adapters ? withAdapters(plainNet(config, p)) : plainNet(config, p));
  const encoder = traceWithWeights(weights, (input, p) => encoderOutputs(net(p), input));
  const decoder = traceWithWeights(weights, (input, p) => decoderOutputs(net(p), input));
  return {
    encoder: encodeModel(optimiseGraph(encoder)),
    decoder: encodeModel(optimiseGraph(decoder)),
  };
}

function encoderOutputs(net: T5Net, input: Input): Record<string, tf.Tensor> {
  const ids = input('input_ids', ['batch', 'source'], 'int32', 'int64');
  const mask = input('attention_mask', ['batch', 'source'], 'float32', 'int64');
  const states = encode(net, ids, mask);
  return { states, ...named('memory', crossMemory(net, states)) };
}

function decoderOutputs(net: T5Net, input: Input): Record<string, tf.Tensor> {
  const { vocabulary } = net.config;
  const ids = input('token', ['batch', 1], 'int32', 'int64');
  const mask = input('attention_mask', ['batch', 'source'], 'float32', 'int64');
  const before = input('distances', [1, 'past'], 'int32');
  const distances = tf.concat([before, tf.zeros([1, 1], 'int32')], 1);
  const blocks = inputBlocks(net, 'memory', 'source', input);
  const past = inputBlocks(net, 'past', 'past', input);
  const present: KeysValues[] = [];
  const states = decode(
    net,
    ids,
    { blocks, bias: maskBias(mask) },
    {
      bias: positionBias(net, 'decoder', distances),
      extend: (block, own) => {
        const whole = joined(past[block] as KeysValues, own);
        present.push(whole);
        return whole;
      },
    },
  );
  const scores = tokenLogits(net, states).reshape([-1, vocabulary]);
  return { log_probs: tf.logSoftmax(scores), ...named('present', present) };
}

function inputBlocks(net: T5Net, prefix: string, length: string, input: Input): KeysValues[] {
  const { decoderLayers, heads, headWidth } = net.config;
  const shape = ['batch', heads, length, headWidth];
  return Array.from({ length: decoderLayers }, (_, block) => ({
    keys: input(`${prefix}.${block}.keys`, shape, 'float32'),
    values: input(`${prefix}.${block}.values`, shape, 'float32'),
  }));
}

function joined(past: KeysValues, own: KeysValues): KeysValues {
  return {
    keys: tf.concat([past.keys, own.keys], 2),
    values: tf.concat([past.values, own.values], 2),
  };
}

function named(prefix: string, blocks: readonly KeysValues[]): Record<string, tf.Tensor> {
  return Object.fromEntries(
    blocks.flatMap(({ keys, values }, block) => [
      [`${prefix}.${block}.keys`, keys],
      [`${prefix}.${block}.values`, values],
    ]),
  );
}
