/** The shape of the base T5: 11.2 million parameters, so that it stays under 25 MB in F16. */
export const t5BaseConfig = {
  model_type: 't5',
  vocab_size: 16_000,
  d_model: 256,
  d_kv: 64,
  d_ff: 640,
  num_layers: 4,
  num_decoder_layers: 4,
  num_heads: 4,
  feed_forward_proj: 'gated-gelu',
  tie_word_embeddings: true,
} as const;
