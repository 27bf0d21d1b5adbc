import { encodeModel } from '../../onnx/encode.ts';
import { tf } from '../../tf.ts';
import { type TraceInputs, trace } from '../../trace/trace.ts';
import { requireWeight, type Weights } from '../../weights/weights.ts';
import type { T5Config } from '../config.ts';
import type { KeysValues } from '../model/attention.ts';
import { crossMemory, decode, tokenLogits } from '../model/decoder.ts';
import { encode } from '../model/encoder.ts';
import { plainNet, type T5Net } from '../model/net.ts';
import { positionBias } from '../model/position-bias.ts';
import { t5Parameters } from '../parameters.ts';

/** A T5 as two ONNX files: what reads a source, and what says one token more. */
export interface DecodingGraphs {
  /**
   * `input_ids` and `attention_mask` (B, S) to `states` (B, S, D) and each decoder block's
   * `memory.<i>.keys` and `.values` (B, S, H * K).
   */
  readonly encoder: Uint8Array;
  /**
   * `token` (B, 1), `attention_mask` (B, S), `distances` (1, N) of the N = L + 1 positions from the
   * last, the memory and `past.<i>.keys` and `.values` (B, L, H * K) to `log_probs` (B, V) and
   * `present.<i>.keys` and `.values` (B, N, H * K).
   */
  readonly decoder: Uint8Array;
}

/** Traces the model's own functions, for batches and lengths of every size. */
export function exportDecoding(config: T5Config, weights: Weights): DecodingGraphs {
  const options = { inference: true };
  const encoder = trace((inputs) => encoderOutputs(constantNet(config, weights), inputs), options);
  const decoder = trace((inputs) => decoderOutputs(constantNet(config, weights), inputs), options);
  return { encoder: encodeModel(encoder), decoder: encodeModel(decoder) };
}

/** A net whose parameters are constants of the graph, each entered once. */
function constantNet(config: T5Config, weights: Weights): T5Net {
  const shapes = t5Parameters(config);
  const known = new Map<string, tf.Tensor>();
  return plainNet(config, (name) => {
    const { shape, data } = requireWeight(weights, name, shapes.get(name)?.shape ?? []);
    const tensor = known.get(name) ?? tf.tensor(data, [...shape]);
    known.set(name, tensor);
    return tensor;
  });
}

function encoderOutputs(net: T5Net, { input }: TraceInputs): Record<string, tf.Tensor> {
  const ids = input('input_ids', ['batch', 'source'], 'int32', 'int64');
  const mask = input('attention_mask', ['batch', 'source'], 'float32', 'int64');
  const states = encode(net, ids, mask);
  return { states, ...named('memory', crossMemory(net, states)) };
}

function decoderOutputs(net: T5Net, { input }: TraceInputs): Record<string, tf.Tensor> {
  const { vocabulary } = net.config;
  const ids = input('token', ['batch', 1], 'int32', 'int64');
  const mask = input('attention_mask', ['batch', 'source'], 'float32', 'int64');
  const distances = input('distances', [1, 'total'], 'int32');
  const blocks = inputBlocks(net, 'memory', 'source', input);
  const past = inputBlocks(net, 'past', 'past', input);
  const present: KeysValues[] = [];
  const states = decode(
    net,
    ids,
    { blocks, mask },
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

function inputBlocks(
  net: T5Net,
  prefix: string,
  length: string,
  input: TraceInputs['input'],
): KeysValues[] {
  const { decoderLayers, heads, headWidth } = net.config;
  const shape = ['batch', length, heads * headWidth];
  return Array.from({ length: decoderLayers }, (_, block) => ({
    keys: input(`${prefix}.${block}.keys`, shape, 'float32'),
    values: input(`${prefix}.${block}.values`, shape, 'float32'),
  }));
}

function joined(past: KeysValues, own: KeysValues): KeysValues {
  return {
    keys: tf.concat([past.keys, own.keys], 1),
    values: tf.concat([past.values, own.values], 1),
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
