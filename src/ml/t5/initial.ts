import { sizeOf, type Weights } from '../weights/weights.ts';
import type { T5Config } from './config.ts';
import { t5Parameters } from './parameters.ts';
import { normal, randomOf } from './random.ts';

/** Random weights of a new model, the same for the same seed. */
export function initialT5(config: T5Config, seed: number): Weights {
  const weights: Weights = new Map();
  let index = 0;
  for (const [name, { shape, deviation }] of t5Parameters(config)) {
    const random = randomOf(seed, index++);
    const data = new Float32Array(sizeOf(shape));
    for (let i = 0; i < data.length; i++)
      data[i] = deviation === null ? 1 : deviation * normal(random);
    weights.set(name, { shape, data });
  }
  return weights;
}
