import { randomOf } from '../random.ts';

/**
 * How often each task is drawn: in proportion to min(examples, limit)^(1/temperature). 1 draws in
 * proportion to size; higher is closer to equal shares (Raffel et al. 2020, section 3.5.2).
 * @param sizes examples of each task
 * @returns shares that add up to 1
 */
export function mixtureRates(
  sizes: readonly number[],
  temperature: number,
  limit = 2 ** 19,
): number[] {
  const weights = sizes.map((size) => Math.min(size, limit) ** (1 / temperature));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => (total > 0 ? weight / total : 0));
}

export interface Drawn {
  readonly task: number;
  readonly example: number;
}

/**
 * Draws examples of several tasks. The draw at an index depends on the seed and the index alone, so
 * a resumed run goes on as if never stopped.
 */
export function createMixture(
  sizes: readonly number[],
  temperature: number,
  seed: number,
): (index: number) => Drawn {
  const rates = mixtureRates(sizes, temperature);
  return (index) => {
    const random = randomOf(seed, index);
    const task = choose(rates, random());
    return { task, example: Math.floor(random() * (sizes[task] ?? 0)) };
  };
}

/** The first index at which the shares so far exceed `draw`, of 0 to 1. */
function choose(rates: readonly number[], draw: number): number {
  let left = draw;
  let last = 0;
  for (const [index, rate] of rates.entries()) {
    if (rate === 0) continue;
    last = index;
    left -= rate;
    if (left < 0) break;
  }
  return last;
}
