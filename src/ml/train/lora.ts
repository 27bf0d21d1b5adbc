import type { Dense } from '../bert/encoder.ts';
import { linear } from '../nn/linear.ts';
import { normalFrom } from '../random.ts';
import type { Weight, Weights } from '../weights/weights.ts';

/** Low-rank adaptation (Hu et al. 2021, 4.1). */
export interface LoraOptions {
  /** Rank of the update of each matrix. */
  readonly rank: number;
  /** The update counts alpha / rank. */
  readonly alpha: number;
}

const DOWN = '.lora.down';
const UP = '.lora.up';

/** The matrices that get an update: of queries and values, as in the paper's main experiments. */
const ADAPTED = /\.attention\.self\.(query|value)\.weight$/;

/**
 * The weights of the updates: one factor normal, the other zero, so that training starts from the
 * model as it is.
 * @param adapted matches the names of the matrices that get one
 */
export function initialLora(
  weights: Weights,
  { rank }: LoraOptions,
  seed: number,
  adapted = ADAPTED,
): Weights {
  const normal = normalFrom(seed);
  const updates: Weights = new Map();
  for (const [name, { shape }] of weights) {
    if (!adapted.test(name)) continue;
    const layer = name.slice(0, -'.weight'.length);
    const [to, from] = shape as [number, number];
    const down = Float32Array.from({ length: rank * from }, () => normal() / Math.sqrt(from));
    updates.set(layer + DOWN, { shape: [rank, from], data: down });
    updates.set(layer + UP, { shape: [to, rank], data: new Float32Array(to * rank) });
  }
  return updates;
}

const biased: Dense = (p, name, x) => linear(x, p(`${name}.weight`), p(`${name}.bias`));

/** Linear layers with their updates beside them, where there are some. */
export function loraDense(
  updates: Weights,
  { rank, alpha }: LoraOptions,
  layer: Dense = biased,
): Dense {
  return (p, name, x) => {
    const plain = layer(p, name, x);
    if (!updates.has(name + DOWN)) return plain;
    const update = linear(linear(x, p(name + DOWN)), p(name + UP));
    return plain.add(update.mul(alpha / rank));
  };
}

/** The weights with the updates added in: they compute the same without adapters. */
export function mergeLora(weights: Weights, { rank, alpha }: LoraOptions): Weights {
  const merged: Weights = new Map();
  for (const [name, weight] of weights) {
    if (name.endsWith(DOWN) || name.endsWith(UP)) continue;
    const layer = name.slice(0, -'.weight'.length);
    const [down, up] = [weights.get(layer + DOWN), weights.get(layer + UP)];
    merged.set(name, down && up ? added(weight, up, down, alpha / rank) : weight);
  }
  return merged;
}

/** weight (O, I) + scale x up (O, R) x down (R, I). */
function added(weight: Weight, up: Weight, down: Weight, scale: number): Weight {
  const [rank, from] = down.shape as [number, number];
  const data = weight.data.map((value, at) => {
    const [row, column] = [Math.floor(at / from), at % from];
    let sum = 0;
    for (let r = 0; r < rank; r++)
      sum += (up.data[row * rank + r] as number) * (down.data[r * from + column] as number);
    return value + scale * sum;
  });
  return { shape: weight.shape, data };
}
