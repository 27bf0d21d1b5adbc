import type { Weights } from '../../weights/weights.ts';
import { EMBEDDING } from '../parameters.ts';

/**
 * Puts word vectors in the place of the random embeddings. Tokens without any (sentinels, those
 * that the text never uses) keep the random ones.
 * @param vectors (vocabulary x width), row-major; zeros for a token without a vector
 */
export function startFromWords(weights: Weights, vectors: Float32Array): Weights {
  const { shape, data } = weights.get(EMBEDDING) ?? { shape: [0, 0], data: new Float32Array() };
  const [rows = 0, width = 0] = shape;
  const started = data.slice();
  for (let row = 0; row < rows; row++) {
    const vector = vectors.subarray(row * width, (row + 1) * width);
    if (vector.some((value) => value !== 0)) started.set(vector, row * width);
  }
  return new Map([...weights, [EMBEDDING, { shape, data: started }]]);
}
