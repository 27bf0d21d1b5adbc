import { requireWeight, type Weights } from '../weights/weights.ts';
import type { T5Config } from './config.ts';

/** A parameter: its shape, and the standard deviation it starts from (null: all ones). */
export interface T5Parameter {
  readonly shape: readonly number[];
  readonly deviation: number | null;
}

/** The names of one block's parts. */
export function blockNames(stack: 'encoder' | 'decoder', block: number) {
  const layer = (index: number) => `${stack}.block.${block}.layer.${index}`;
  return {
    self: `${layer(0)}.SelfAttention`,
    selfNorm: `${layer(0)}.layer_norm.weight`,
    cross: `${layer(1)}.EncDecAttention`,
    crossNorm: `${layer(1)}.layer_norm.weight`,
    feedForward: `${layer(stack === 'encoder' ? 1 : 2)}.DenseReluDense`,
    feedForwardNorm: `${layer(stack === 'encoder' ? 1 : 2)}.layer_norm.weight`,
  };
}

/** The first layer's table of position biases, which all layers of the stack share. */
export function positionBiasName(stack: 'encoder' | 'decoder'): string {
  return `${blockNames(stack, 0).self}.relative_attention_bias.weight`;
}

export const EMBEDDING = 'shared.weight';
/** The output layer of an untied model. */
export const HEAD = 'lm_head';

/**
 * Every parameter of a model by its Hugging Face name. The deviations are those of the Mesh
 * TensorFlow T5 (Raffel et al. 2020), which queries' missing scale 1/sqrt(headWidth) is folded into.
 */
export function t5Parameters(config: T5Config): Map<string, T5Parameter> {
  const parameters = new Map<string, T5Parameter>();
  const { width, vocabulary, initialFactor: factor } = config;
  parameters.set(EMBEDDING, { shape: [vocabulary, width], deviation: factor });
  for (const stack of ['encoder', 'decoder'] as const) addStack(parameters, config, stack);
  if (!config.tied)
    parameters.set(`${HEAD}.weight`, { shape: [vocabulary, width], deviation: factor });
  return parameters;
}

function addStack(
  parameters: Map<string, T5Parameter>,
  config: T5Config,
  stack: 'encoder' | 'decoder',
): void {
  const norm = { shape: [config.width], deviation: null };
  const blocks = stack === 'encoder' ? config.encoderLayers : config.decoderLayers;
  parameters.set(positionBiasName(stack), {
    shape: [config.buckets, config.heads],
    deviation: config.initialFactor * config.width ** -0.5,
  });
  for (let block = 0; block < blocks; block++) {
    const names = blockNames(stack, block);
    addAttention(parameters, config, names.self);
    parameters.set(names.selfNorm, norm);
    if (stack === 'decoder') {
      addAttention(parameters, config, names.cross);
      parameters.set(names.crossNorm, norm);
    }
    addFeedForward(parameters, config, names.feedForward);
    parameters.set(names.feedForwardNorm, norm);
  }
  parameters.set(`${stack}.final_layer_norm.weight`, norm);
}

function addAttention(
  parameters: Map<string, T5Parameter>,
  { width, heads, headWidth, initialFactor: factor }: T5Config,
  name: string,
): void {
  const inner = heads * headWidth;
  const into = { shape: [inner, width], deviation: factor * width ** -0.5 };
  parameters.set(`${name}.q.weight`, { ...into, deviation: factor * (width * headWidth) ** -0.5 });
  parameters.set(`${name}.k.weight`, into);
  parameters.set(`${name}.v.weight`, into);
  parameters.set(`${name}.o.weight`, { shape: [width, inner], deviation: factor * inner ** -0.5 });
}

function addFeedForward(
  parameters: Map<string, T5Parameter>,
  { width, hidden, feedForward, initialFactor: factor }: T5Config,
  name: string,
): void {
  const into = { shape: [hidden, width], deviation: factor * width ** -0.5 };
  for (const matrix of feedForward === 'relu' ? ['wi'] : ['wi_0', 'wi_1'])
    parameters.set(`${name}.${matrix}.weight`, into);
  parameters.set(`${name}.wo.weight`, {
    shape: [width, hidden],
    deviation: factor * hidden ** -0.5,
  });
}

/**
 * The model's weights among a file's, without what older files repeat (`encoder.embed_tokens`).
 * @throws MlError when one is missing or has another shape than the config says
 */
export function pickT5Weights(config: T5Config, weights: Weights): Weights {
  const picked: Weights = new Map();
  for (const [name, { shape }] of t5Parameters(config))
    picked.set(name, requireWeight(weights, name, shape));
  return picked;
}
