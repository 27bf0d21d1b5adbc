import type { Lookup } from '../../src/ml/engine/engine.ts';
import { encodeModel } from '../../src/ml/onnx/encode.ts';
import { optimiseGraph } from '../../src/ml/onnx/optimise.ts';
import { type HostTensor, openSession, type SessionOptions } from '../../src/ml/onnx/session.ts';
import type { Decoder } from '../../src/ml/t5/decode/decoder.ts';
import { takeRows } from '../../src/ml/t5/decode/rows.ts';
import { maskBias } from '../../src/ml/t5/model/attention.ts';
import {
  causalAttention,
  crossMemory,
  decode,
  tokenLogits,
} from '../../src/ml/t5/model/decoder.ts';
import { encode } from '../../src/ml/t5/model/encoder.ts';
import { plainNet } from '../../src/ml/t5/model/net.ts';
import { tf } from '../../src/ml/tf.ts';
import type { TraceInputs } from '../../src/ml/trace/trace.ts';
import { traceWithWeights } from '../../src/ml/trace/with-weights.ts';
import { config, weights } from './model.ts';

interface State {
  readonly states: HostTensor;
  readonly mask: HostTensor;
  /** (B, T) */
  readonly tokens: readonly (readonly number[])[];
}

/** The same model without a cache: each step runs the decoder over all tokens so far. */
export async function openUncached(options: SessionOptions): Promise<Decoder<State>> {
  const encoder = await openSession(
    encodeModel(optimiseGraph(traceWithWeights(weights, encoding))),
    options,
  );
  const decoder = await openSession(
    encodeModel(optimiseGraph(traceWithWeights(weights, decoding))),
    options,
  );
  return {
    vocabulary: config.vocabulary,
    startId: config.startId,
    endId: config.endId,
    async begin(sources) {
      const width = Math.max(...sources.map((source) => source.length));
      const pad = (row: readonly number[]) => [...row, ...new Array(width - row.length).fill(0)];
      const ids = int64(sources.map(pad));
      const mask = int64(sources.map((row) => pad(row.map(() => 1))));
      const { states } = await encoder.run({ input_ids: ids, attention_mask: mask });
      return { state: { states: states as HostTensor, mask, tokens: sources.map(() => []) } };
    },
    async step({ states, mask, tokens }, next) {
      const longer = tokens.map((row, i) => [...row, next[i] as number]);
      const outputs = await decoder.run({ states, attention_mask: mask, tokens: int64(longer) });
      const logProbs = outputs.log_probs?.data as Float32Array;
      return { state: { states, mask, tokens: longer }, logProbs };
    },
    select: ({ states, mask, tokens }, rows) => ({
      states: takeRows(states, rows),
      mask: takeRows(mask, rows),
      tokens: rows.map((row) => tokens[row] as readonly number[]),
    }),
  };
}

function encoding(input: TraceInputs['input'], p: Lookup) {
  const ids = input('input_ids', ['batch', 'source'], 'int32', 'int64');
  const mask = input('attention_mask', ['batch', 'source'], 'float32', 'int64');
  return { states: encode(plainNet(config, p), ids, mask) };
}

function decoding(input: TraceInputs['input'], p: Lookup) {
  const net = plainNet(config, p);
  const states = input('states', ['batch', 'source', config.width], 'float32');
  const mask = input('attention_mask', ['batch', 'source'], 'float32', 'int64');
  const ids = input('tokens', ['batch', 'target'], 'int32', 'int64');
  const memory = { blocks: crossMemory(net, states), bias: maskBias(mask) };
  const all = decode(net, ids, memory, causalAttention(net, ids));
  // The last token's vector, by the one place that nothing is ahead of.
  const last = tf.cumsum(tf.onesLike(ids), 1, false, true).equal(tf.scalar(1, 'int32'));
  const vectors = all.mul(last.cast('float32').expandDims(2)).sum(1);
  return { log_probs: tf.logSoftmax(tokenLogits(net, vectors)) };
}

function int64(rows: readonly (readonly number[])[]): HostTensor {
  const shape = [rows.length, rows[0]?.length ?? 0];
  return { type: 'int64', shape, data: BigInt64Array.from(rows.flat(), BigInt) };
}
