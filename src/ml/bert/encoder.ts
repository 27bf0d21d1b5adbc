import type { Lookup } from '../engine/engine.ts';
import { attention } from '../nn/attention.ts';
import { type Dropout, noDropout } from '../nn/dropout.ts';
import { embedding, positions } from '../nn/embedding.ts';
import { gelu, geluTanh } from '../nn/gelu.ts';
import { layerNorm } from '../nn/layer-norm.ts';
import { linear } from '../nn/linear.ts';
import type { tf } from '../tf.ts';
import type { BertConfig } from './config.ts';

export interface BertInput {
  /** (B, S) int32 token ids. */
  readonly ids: tf.Tensor;
  /** (B, S): 1 for tokens, 0 for padding. */
  readonly mask: tf.Tensor;
  /** (B, S) int32 segment ids; all 0 when absent. */
  readonly types?: tf.Tensor;
}

export interface BertOptions {
  readonly dropout?: Dropout;
  /**
   * Added to the word embeddings (B, S, H): adversarial noise, or the point of an attribution, which
   * depends on the encoder's own weights.
   */
  readonly perturbation?: tf.Tensor | ((p: Lookup) => tf.Tensor);
  /** Replaces a linear layer, given its name without `.weight`: low-rank adapters. */
  readonly dense?: Dense;
}

/** A linear layer by its name: x (..., I) to (..., O). */
export type Dense = (p: Lookup, name: string, x: tf.Tensor) => tf.Tensor;

const plainDense: Dense = (p, name, x) => linear(x, p(`${name}.weight`), p(`${name}.bias`));

const activations = { gelu, gelu_new: geluTanh, relu: (x: tf.Tensor) => x.relu() };

/**
 * The BERT encoder (Devlin et al. 2019; post-layer-norm as in Vaswani et al. 2017).
 * @param p parameters by their Hugging Face names
 * @returns (B, S, H): one vector a token
 */
export function bertEncode(
  config: BertConfig,
  p: Lookup,
  input: BertInput,
  options: BertOptions = {},
): tf.Tensor {
  const words = embedding(p('embeddings.word_embeddings.weight'), input.ids);
  const { perturbation, dropout = noDropout } = options;
  const added = typeof perturbation === 'function' ? perturbation(p) : perturbation;
  const summed = bertEmbed(p, input, added ? words.add(added) : words);
  const x = dropout(norm(config, p, 'embeddings.LayerNorm', summed));
  return bertLayers(config, p, x, input.mask, options);
}

/** The encoder's layers alone, on vectors (B, S, H). */
export function bertLayers(
  config: BertConfig,
  p: Lookup,
  embedded: tf.Tensor,
  mask: tf.Tensor,
  { dropout = noDropout, dense = plainDense }: BertOptions = {},
): tf.Tensor {
  const activation = activations[config.hidden_act];
  const heads = config.num_attention_heads;
  let x = embedded;
  for (let layer = 0; layer < config.num_hidden_layers; layer++) {
    const at = `encoder.layer.${layer}`;
    const query = dense(p, `${at}.attention.self.query`, x);
    const key = dense(p, `${at}.attention.self.key`, x);
    const value = dense(p, `${at}.attention.self.value`, x);
    const attended = attention(query, key, value, { heads, mask, dropout });
    const output = dropout(dense(p, `${at}.attention.output.dense`, attended));
    x = norm(config, p, `${at}.attention.output.LayerNorm`, output.add(x));
    const inner = activation(dense(p, `${at}.intermediate.dense`, x)); // (B, S, F)
    const narrowed = dropout(dense(p, `${at}.output.dense`, inner));
    x = norm(config, p, `${at}.output.LayerNorm`, narrowed.add(x));
  }
  return x;
}

function norm(config: BertConfig, p: Lookup, name: string, x: tf.Tensor): tf.Tensor {
  return layerNorm(x, p(`${name}.weight`), p(`${name}.bias`), config.layer_norm_eps);
}

/** Word, position and segment vectors, added up. */
function bertEmbed(p: Lookup, { ids, types }: BertInput, words: tf.Tensor): tf.Tensor {
  const places = embedding(p('embeddings.position_embeddings.weight'), positions(ids)); // (S, H)
  const segments = p('embeddings.token_type_embeddings.weight');
  const segment = types ? embedding(segments, types) : segments.slice([0, 0], [1, -1]);
  return words.add(places).add(segment);
}
