import { normalFrom } from '../random.ts';
import { sizeOf, type Weights } from '../weights/weights.ts';
import type { T5Config } from './config.ts';
import { t5Parameters } from './parameters.ts';

/** Random weights of a new model, the same for the same seed. */
export function initialT5(config: T5Config, seed: number): Weights {
  const normal = normalFrom(seed);
  const weights: Weights = new Map();
  for (const [name, { shape, deviation }] of t5Parameters(config)) {
    const data = new Float32Array(sizeOf(shape));
    for (let i = 0; i < data.length; i++) data[i] = deviation === null ? 1 : deviation * normal();
    weights.set(name, { shape, data });
  }
  return weights;
}
