import { normalFrom } from '../random.ts';
import { requireWeight, sizeOf, type Weights } from '../weights/weights.ts';
import type { BertConfig } from './config.ts';

/** The shape of each parameter by its Hugging Face name, in the order of the computation. */
export function bertShapes(config: BertConfig): Map<string, number[]> {
  const { hidden_size: hidden, intermediate_size: inner } = config;
  const shapes = new Map<string, number[]>([
    ['embeddings.word_embeddings.weight', [config.vocab_size, hidden]],
    ['embeddings.position_embeddings.weight', [config.max_position_embeddings, hidden]],
    ['embeddings.token_type_embeddings.weight', [config.type_vocab_size, hidden]],
  ]);
  const norm = (name: string) => {
    shapes.set(`${name}.weight`, [hidden]);
    shapes.set(`${name}.bias`, [hidden]);
  };
  const dense = (name: string, from: number, to: number) => {
    shapes.set(`${name}.weight`, [to, from]);
    shapes.set(`${name}.bias`, [to]);
  };
  norm('embeddings.LayerNorm');
  for (let layer = 0; layer < config.num_hidden_layers; layer++) {
    const at = `encoder.layer.${layer}`;
    for (const part of ['query', 'key', 'value'])
      dense(`${at}.attention.self.${part}`, hidden, hidden);
    dense(`${at}.attention.output.dense`, hidden, hidden);
    norm(`${at}.attention.output.LayerNorm`);
    dense(`${at}.intermediate.dense`, hidden, inner);
    dense(`${at}.output.dense`, inner, hidden);
    norm(`${at}.output.LayerNorm`);
  }
  return shapes;
}

/**
 * The encoder's weights out of a file's, under the plain names: some files prefix them with `bert.`.
 * @throws MlError when one is missing or has another shape than the config says
 */
export function bertWeights(config: BertConfig, file: Weights): Weights {
  const prefix = file.has('bert.embeddings.word_embeddings.weight') ? 'bert.' : '';
  const found: Weights = new Map();
  for (const [name, shape] of bertShapes(config))
    found.set(name, requireWeight(file, prefix + name, shape));
  return found;
}

/** New weights: normal with deviation 0.02, ones for scales, zeros for shifts (Devlin et al. 2019). */
export function initialBertWeights(config: BertConfig, seed: number): Weights {
  const normal = normalFrom(seed);
  const weights: Weights = new Map();
  for (const [name, shape] of bertShapes(config)) {
    const data = new Float32Array(sizeOf(shape));
    if (name.endsWith('LayerNorm.weight')) data.fill(1);
    else if (shape.length > 1) for (let i = 0; i < data.length; i++) data[i] = 0.02 * normal();
    weights.set(name, { shape, data });
  }
  return weights;
}
