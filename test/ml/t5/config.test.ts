import { describe, expect, it } from '@jest/globals';
import { hubT5Config, parseT5Config } from '../../../src/ml/t5/config.ts';
import { pickT5Weights, t5Parameters } from '../../../src/ml/t5/parameters.ts';
import { livelyWeights, tinyConfig } from './helpers.ts';

/** As published with t5-small: no feed_forward_proj, no tie_word_embeddings. */
const small = {
  architectures: ['T5ForConditionalGeneration'],
  d_ff: 2048,
  d_kv: 64,
  d_model: 512,
  decoder_start_token_id: 0,
  dropout_rate: 0.1,
  eos_token_id: 1,
  initializer_factor: 1,
  is_encoder_decoder: true,
  layer_norm_epsilon: 1e-6,
  model_type: 't5',
  n_positions: 512,
  num_heads: 8,
  num_layers: 6,
  pad_token_id: 0,
  relative_attention_num_buckets: 32,
  task_specific_params: {},
  vocab_size: 32128,
};

describe('T5 config', () => {
  it('reads t5-small: ReLU, tied, as many decoder layers as encoder layers', () => {
    expect(parseT5Config(small)).toMatchObject({
      feedForward: 'relu',
      tied: true,
      encoderLayers: 6,
      decoderLayers: 6,
      maxDistance: 128,
    });
  });

  it('reads mT5: gated GELU, untied', () => {
    const json = {
      ...small,
      model_type: 'mt5',
      feed_forward_proj: 'gated-gelu',
      tie_word_embeddings: false,
      num_decoder_layers: 3,
    };
    expect(parseT5Config(json)).toMatchObject({
      feedForward: 'gated-gelu',
      tied: false,
      decoderLayers: 3,
    });
  });

  it('names every field that is wrong', () => {
    expect(() => parseT5Config({ ...small, d_model: 0, num_heads: 'x' })).toThrow(
      /d_model.*num_heads/,
    );
    expect(() => parseT5Config({ ...small, model_type: 'bert' })).toThrow(/model_type/);
  });

  it('writes what it reads', () => {
    const config = tinyConfig();
    expect(parseT5Config(hubT5Config(config))).toEqual(config);
  });
});

describe('T5 parameters', () => {
  it('counts those of t5-small: 60,506,624', () => {
    let count = 0;
    for (const { shape } of t5Parameters(parseT5Config(small)).values())
      count += shape.reduce((size, dimension) => size * dimension, 1);
    expect(count).toBe(60_506_624);
  });

  it('counts those of t5-v1_1-small: 76,961,152', () => {
    const json = {
      ...small,
      d_ff: 1024,
      num_heads: 6,
      num_layers: 8,
      feed_forward_proj: 'gated-gelu',
      tie_word_embeddings: false,
    };
    let count = 0;
    for (const { shape } of t5Parameters(parseT5Config(json)).values())
      count += shape.reduce((size, dimension) => size * dimension, 1);
    expect(count).toBe(76_961_152);
  });

  it('picks the model out of a file that repeats embeddings', () => {
    const config = tinyConfig('t5');
    const weights = livelyWeights(config);
    const shared = weights.get('shared.weight');
    if (shared) weights.set('encoder.embed_tokens.weight', shared);
    expect([...pickT5Weights(config, weights).keys()]).toEqual([...t5Parameters(config).keys()]);
  });

  it('refuses weights of another model', () => {
    const weights = livelyWeights(tinyConfig('t5'));
    expect(() => pickT5Weights(tinyConfig('v1.1'), weights)).toThrow(/wi_0.* is missing/);
    expect(() => pickT5Weights({ ...tinyConfig('t5'), width: 8 }, weights)).toThrow(
      /shared\.weight.*29,12.*29,8/,
    );
  });
});
