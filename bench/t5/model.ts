import type { HostTensors } from '../../src/ml/onnx/session.ts';
import { type Random, seededRandom } from '../../src/ml/random.ts';
import { parseT5Config } from '../../src/ml/t5/config.ts';
import { seq2seqBatch } from '../../src/ml/t5/data/batch.ts';
import type { TokenPair } from '../../src/ml/t5/data/corrupt.ts';
import { initialT5 } from '../../src/ml/t5/initial.ts';

/** 4 + 4 layers of width 256, as the prototype's: 11.5 million parameters. */
export const config = parseT5Config({
  model_type: 't5',
  vocab_size: 8000,
  d_model: 256,
  d_kv: 64,
  d_ff: 1024,
  num_layers: 4,
  num_heads: 4,
  feed_forward_proj: 'gated-gelu',
  tie_word_embeddings: true,
});

export const weights = initialT5(config, 1);

/** Sources of 32 to 64 tokens, targets of 16 to 32. */
export function randomPairs(count: number, seed: number): TokenPair[] {
  const random = seededRandom(seed).next;
  return Array.from({ length: count }, () => ({
    source: tokens(32 + Math.floor(random() * 33), random),
    target: tokens(16 + Math.floor(random() * 17), random),
  }));
}

function tokens(length: number, random: Random): number[] {
  const text = Array.from({ length: length - 1 }, () => 2 + Math.floor(random() * 7998));
  return [...text, config.endId];
}

/** B = 16, S = 64, T = 32. */
export function trainingBatch(): HostTensors {
  return seq2seqBatch(randomPairs(16, 3), { rows: 16, source: 64, target: 32 }, config);
}
