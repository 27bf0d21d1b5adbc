import type { BertConfig } from '../../ml/bert/config.ts';

/** The shape of the base encoder: 7.2 million parameters, so that it stays under 15 MB in F16. */
export const baseConfig: BertConfig = {
  architectures: ['BertForMaskedLM'],
  model_type: 'bert',
  hidden_size: 256,
  num_hidden_layers: 4,
  num_attention_heads: 4,
  intermediate_size: 1024,
  vocab_size: 15_616,
  max_position_embeddings: 256,
  type_vocab_size: 2,
  layer_norm_eps: 1e-12,
  hidden_act: 'gelu',
  pad_token_id: 0,
};
