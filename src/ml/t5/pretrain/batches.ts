import type { HostTensors } from '../../onnx/session.ts';
import type { Sample } from '../../pretrain/text/sample.ts';
import type { Random } from '../../random.ts';
import type { Tokenizer } from '../../tokenizer/tokenizer.ts';
import type { T5Config } from '../config.ts';
import { seq2seqBatch } from '../data/batch.ts';
import { type Corruption, corruptSpans, type TokenPair, textLengthFor } from '../data/corrupt.ts';
import type { LessonBatches } from '../run/lesson.ts';
import { samplePair } from './sample-pair.ts';

/** What a base learns from. */
export interface T5PretrainData {
  readonly tokenizer: Tokenizer;
  /** Texts one after the other, each ended by </s>. */
  readonly tokens: Uint16Array;
  readonly samples: readonly Sample[];
  readonly corruption: Corruption;
}

/** Share of the batches that are corrupted text; the others are generated texts with their labels. */
const SPANS = 0.4;
/** Each kind has one shape, and so one compiled graph. */
const spanShape = { rows: 24, source: 64, target: 24 } as const;
const sampleShape = { rows: 48, source: 32, target: 8 } as const;

/** The batches of `steps` steps; each depends on the random numbers of its step alone. */
export function pretrainBatches(
  data: T5PretrainData,
  config: T5Config,
  steps: number,
): LessonBatches {
  return {
    perEpoch: steps,
    at: (_step, random) =>
      random() < SPANS ? spanBatch(data, config, random) : sampleBatch(data, config, random),
  };
}

/** Spans of text hidden behind sentinels (Raffel et al. 2020, section 3.1.4). */
export function spanBatch(
  { tokens, corruption }: T5PretrainData,
  config: T5Config,
  random: Random,
): HostTensors {
  const length = textLengthFor(spanShape.source, corruption);
  const pairs = rowsOf(spanShape.rows, () => {
    const from = Math.floor(random() * Math.max(1, tokens.length - length));
    const piece = Array.from(tokens.subarray(from, from + length));
    return corruptSpans(
      piece.filter((id) => id !== config.endId),
      corruption,
      random,
    );
  });
  return seq2seqBatch(pairs, spanShape, config);
}

/** Prompts of generated texts, answered by their labels. */
export function sampleBatch(
  { tokenizer, samples }: T5PretrainData,
  config: T5Config,
  random: Random,
): HostTensors {
  const pairs = rowsOf(sampleShape.rows, () => {
    const sample = samples[Math.floor(random() * samples.length)];
    return sample ? samplePair(tokenizer, sample, sampleShape.source) : null;
  });
  return seq2seqBatch(pairs, sampleShape, config);
}

function rowsOf(rows: number, draw: () => TokenPair | null): TokenPair[] {
  return Array.from({ length: rows }, draw).filter((pair) => pair !== null);
}
