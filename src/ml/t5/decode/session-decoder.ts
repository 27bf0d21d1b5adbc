import type { HostTensor, HostTensors, OnnxSession } from '../../onnx/session.ts';
import { floats, integers, textTensors } from '../../onnx/tensors.ts';
import type { T5Config } from '../config.ts';
import type { Decoder } from './decoder.ts';
import { takeRows } from './rows.ts';

/** What a cached decoder keeps of its rows. */
export interface CachedState {
  readonly length: number;
  /** Of the encoder: the mask, and keys and values by name; rows as in `past`. */
  readonly memory: HostTensors;
  /** Keys and values of the tokens so far, by the decoder graph's input names. */
  readonly past: HostTensors;
}

/** The sessions of the graphs that `exportDecoding` writes. */
export interface DecodingSessions {
  readonly encoder: OnnxSession;
  readonly decoder: OnnxSession;
}

/** A decoder that computes each token once and keeps its keys and values. */
export function createSessionDecoder(
  config: T5Config,
  sessions: DecodingSessions,
): Decoder<CachedState> {
  return {
    vocabulary: config.vocabulary,
    startId: config.startId,
    endId: config.endId,
    async begin(sources) {
      const input = textTensors(sources, config.padId);
      const { states: _states, ...memory } = await sessions.encoder.run(input);
      const { attention_mask } = input;
      const rows = sources.length;
      return {
        state: { length: 0, memory: { attention_mask, ...memory }, past: noPast(config, rows) },
      };
    },
    async step({ length, memory, past }, tokens) {
      const outputs = await sessions.decoder.run({
        token: tokensOf(tokens),
        distances: distancesFrom(length),
        ...memory,
        ...past,
      });
      const logProbs = outputs.log_probs?.data as Float32Array;
      return { state: { length: length + 1, memory, past: presentAsPast(outputs) }, logProbs };
    },
    select: ({ length, memory, past }, rows) => ({
      length,
      memory: eachTaken(memory, rows),
      past: eachTaken(past, rows),
    }),
  };
}

function noPast({ decoderLayers, heads, headWidth }: T5Config, rows: number): HostTensors {
  const empty = floats([rows, heads, 0, headWidth], new Float32Array(0));
  const blocks = Array.from({ length: decoderLayers }, (_, block) => block);
  return Object.fromEntries(
    blocks.flatMap((block) => [
      [`past.${block}.keys`, empty],
      [`past.${block}.values`, empty],
    ]),
  );
}

/** Positions 0 to `length` - 1 seen from the next. */
function distancesFrom(length: number): HostTensor {
  const data = Int32Array.from({ length }, (_, key) => key - length);
  return integers([1, length], data);
}

function presentAsPast(outputs: HostTensors): HostTensors {
  const entries = Object.entries(outputs).filter(([name]) => name.startsWith('present.'));
  return Object.fromEntries(
    entries.map(([name, tensor]) => [name.replace('present.', 'past.'), tensor]),
  );
}

function eachTaken(tensors: HostTensors, rows: readonly number[]): HostTensors {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, tensor]) => [name, takeRows(tensor, rows)]),
  );
}

function tokensOf(ids: readonly number[]): HostTensor {
  return { type: 'int64', shape: [ids.length, 1], data: BigInt64Array.from(ids, BigInt) };
}
