import { normalFrom } from '../../../src/ml/random.ts';
import { parseT5Config, type T5Config } from '../../../src/ml/t5/config.ts';
import { initialT5 } from '../../../src/ml/t5/initial.ts';
import type { Weights } from '../../../src/ml/weights/weights.ts';

/** A model small enough to compute with nested loops; heads x headWidth is not the width. */
export function tinyConfig(kind: 't5' | 'v1.1' = 'v1.1'): T5Config {
  return parseT5Config({
    model_type: 't5',
    vocab_size: 29,
    d_model: 12,
    d_kv: 5,
    d_ff: 14,
    num_layers: 2,
    num_decoder_layers: 2,
    num_heads: 2,
    relative_attention_num_buckets: 8,
    relative_attention_max_distance: 12,
    dropout_rate: 0,
    ...(kind === 't5'
      ? { feed_forward_proj: 'relu', tie_word_embeddings: true }
      : { feed_forward_proj: 'gated-gelu', tie_word_embeddings: false }),
  });
}

/** Random weights whose norms and position biases are not the trivial ones. */
export function livelyWeights(config: T5Config, seed = 1): Weights {
  const weights = initialT5(config, seed);
  const normal = normalFrom(seed + 99);
  for (const [name, { shape, data }] of weights)
    if (shape.length === 1 || name.endsWith('relative_attention_bias.weight'))
      for (let i = 0; i < data.length; i++) data[i] = (data[i] as number) + 0.3 * normal();
  return weights;
}
