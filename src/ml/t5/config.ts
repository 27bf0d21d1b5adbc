import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { MlError } from '../errors.ts';

/** What T5's forward pass depends on, from a Hugging Face `config.json` of type t5 or mt5. */
export interface T5Config {
  readonly vocabulary: number;
  readonly width: number;
  readonly heads: number;
  /** Width of one head; heads x headWidth need not equal the width. */
  readonly headWidth: number;
  readonly hidden: number;
  readonly encoderLayers: number;
  readonly decoderLayers: number;
  readonly buckets: number;
  readonly maxDistance: number;
  /** `relu` in T5; `gated-gelu` in T5 v1.1 and mT5, with GELU approximated by tanh. */
  readonly feedForward: 'relu' | 'gated-gelu';
  /** The output layer is the embedding matrix, on states scaled by width^-0.5. */
  readonly tied: boolean;
  readonly epsilon: number;
  readonly dropout: number;
  readonly initialFactor: number;
  readonly padId: number;
  readonly endId: number;
  readonly startId: number;
}

const count = z.number().int().positive();
const token = z.number().int().nonnegative();

/** The defaults are those of Hugging Face's T5Config: old files leave them out. */
const hubConfig = z.object({
  model_type: z.enum(['t5', 'mt5']).default('t5'),
  vocab_size: count,
  d_model: count,
  d_kv: count.default(64),
  d_ff: count,
  num_layers: count,
  num_decoder_layers: count.nullish(),
  num_heads: count,
  relative_attention_num_buckets: count.default(32),
  relative_attention_max_distance: count.default(128),
  dropout_rate: z.number().min(0).max(1).default(0.1),
  layer_norm_epsilon: z.number().positive().default(1e-6),
  initializer_factor: z.number().positive().default(1),
  feed_forward_proj: z.enum(['relu', 'gated-gelu']).default('relu'),
  tie_word_embeddings: z.boolean().default(true),
  pad_token_id: token.default(0),
  eos_token_id: token.default(1),
  decoder_start_token_id: token.default(0),
});

/**
 * Reads what a parsed `config.json` says.
 * @throws MlError that names the fields that are wrong
 */
export function parseT5Config(json: unknown): T5Config {
  const parsed = hubConfig.safeParse(json);
  if (!parsed.success) {
    const fields = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    throw new MlError(
      'BAD_FILE',
      `This is not the config.json of a T5 model: ${fields.join('; ')}`,
    );
  }
  const config = parsed.data;
  return {
    vocabulary: config.vocab_size,
    width: config.d_model,
    heads: config.num_heads,
    headWidth: config.d_kv,
    hidden: config.d_ff,
    encoderLayers: config.num_layers,
    decoderLayers: config.num_decoder_layers ?? config.num_layers,
    buckets: config.relative_attention_num_buckets,
    maxDistance: config.relative_attention_max_distance,
    feedForward: config.feed_forward_proj,
    tied: config.tie_word_embeddings,
    epsilon: config.layer_norm_epsilon,
    dropout: config.dropout_rate,
    initialFactor: config.initializer_factor,
    padId: config.pad_token_id,
    endId: config.eos_token_id,
    startId: config.decoder_start_token_id,
  };
}

/** Reads a model folder's config.json. */
export async function readT5Config(path: string): Promise<T5Config> {
  try {
    return parseT5Config(JSON.parse(await readFile(path, 'utf8')));
  } catch (cause) {
    if (cause instanceof MlError) throw cause;
    throw new MlError('BAD_FILE', `Cannot read the config ${path}: ${String(cause)}`, { cause });
  }
}

/** The other way: what `config.json` says of a model of ours, for any reader of Hugging Face's. */
export function hubT5Config(config: T5Config): Record<string, unknown> {
  return {
    model_type: 't5',
    architectures: ['T5ForConditionalGeneration'],
    is_encoder_decoder: true,
    vocab_size: config.vocabulary,
    d_model: config.width,
    d_kv: config.headWidth,
    d_ff: config.hidden,
    num_layers: config.encoderLayers,
    num_decoder_layers: config.decoderLayers,
    num_heads: config.heads,
    relative_attention_num_buckets: config.buckets,
    relative_attention_max_distance: config.maxDistance,
    dropout_rate: config.dropout,
    layer_norm_epsilon: config.epsilon,
    initializer_factor: config.initialFactor,
    feed_forward_proj: config.feedForward,
    tie_word_embeddings: config.tied,
    pad_token_id: config.padId,
    eos_token_id: config.endId,
    decoder_start_token_id: config.startId,
  };
}
