import type { Random } from '../../random.ts';

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

/**
 * Shares of a training that goes on in a new domain while it replays the old one's examples, so as
 * not to forget them (Robins 1995).
 * @param replay share of old examples
 * @returns the new domain's share, then the old one's
 */
export function replayRates(replay: number): [number, number] {
  return [1 - replay, replay];
}

export interface Drawn {
  readonly task: number;
  readonly example: number;
}

/**
 * Draws an example of several tasks, by chance alone: a resumed run that asks with the same random
 * numbers goes on as if never stopped.
 * @param rates of the tasks; a task without examples is never drawn
 */
export function drawExample(
  sizes: readonly number[],
  rates: readonly number[],
  random: Random,
): Drawn {
  const shares = rates.map((rate, task) => (sizes[task] ? rate : 0));
  const total = shares.reduce((sum, share) => sum + share, 0);
  const task = choose(shares, random() * total);
  return { task, example: Math.floor(random() * (sizes[task] ?? 0)) };
}

/** The first index at which the shares so far exceed `draw`. */
function choose(shares: readonly number[], draw: number): number {
  let left = draw;
  let last = 0;
  for (const [index, share] of shares.entries()) {
    if (share === 0) continue;
    last = index;
    left -= share;
    if (left < 0) break;
  }
  return last;
}
