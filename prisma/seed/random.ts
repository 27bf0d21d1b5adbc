// Kept at hand: a look-up of a global is dear where scripts run in a sandbox, as under Jest.
const { floor, log, sqrt, cos, exp, imul, PI } = Math;

/** Uniform on [0, 1); each call draws once from its stream. */
export type Random = () => number;

/**
 * A stream of its own for each name, so that one more draw in one place leaves all others as they were.
 * The generator is sfc32 (Doty-Humphrey's small fast counting PRNG, 128 bits of state).
 */
export function createRandom(seed: number, stream: string): Random {
  let [a, b, c, counter] = [hash(stream, seed), hash(stream, seed ^ 0x9e3779b9), seed >>> 0, 1];
  const draw = (): number => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  };
  for (let round = 0; round < 12; round += 1) draw();
  return draw;
}

/** FNV-1a over the UTF-16 units, begun at `seed`. */
function hash(text: string, seed: number): number {
  let state = (0x811c9dc5 ^ seed) | 0;
  for (let index = 0; index < text.length; index += 1) {
    state = imul(state ^ text.charCodeAt(index), 0x01000193);
  }
  return state;
}

export function chance(random: Random, probability: number): boolean {
  return random() < probability;
}

export function uniform(random: Random, from: number, to: number): number {
  return from + random() * (to - from);
}

/** A whole number, both ends inside. */
export function integer(random: Random, from: number, to: number): number {
  return from + floor(random() * (to - from + 1));
}

/** Throws on an empty list. */
export function pick<T>(random: Random, items: readonly T[]): T {
  const index = floor(random() * items.length);
  if (items.length === 0) throw new RangeError('pick: there is nothing to pick from');
  return items[index] as T;
}

/** One of the keys, with probability proportional to its weight; at least one must be positive. */
export function weighted<K extends string>(
  random: Random,
  weights: Readonly<Partial<Record<K, number>>>,
): K {
  return weightedItem(random, Object.keys(weights) as K[], (key) => weights[key] ?? 0);
}

export function weightedItem<T>(
  random: Random,
  items: readonly T[],
  weightOf: (item: T, index: number) => number,
): T {
  const weights = items.map(weightOf);
  let total = 0;
  for (const weight of weights) total += weight;
  let left = random() * total;
  let index = 0;
  for (; index < weights.length - 1; index += 1) {
    left -= weights[index] ?? 0;
    if (left < 0) break;
  }
  if (items.length === 0) throw new RangeError('weightedItem: there is nothing to pick from');
  return items[index] as T;
}

/** Up to `count` different items, by repeated weighted draws without replacement. */
export function sample<T>(
  random: Random,
  items: readonly T[],
  count: number,
  weightOf: (item: T) => number = () => 1,
): T[] {
  const left = [...items];
  const chosen: T[] = [];
  while (chosen.length < count && left.length > 0) {
    const item = weightedItem(random, left, weightOf);
    left.splice(left.indexOf(item), 1);
    chosen.push(item);
  }
  return chosen;
}

/** Box-Muller; 1 - u keeps the logarithm finite. */
export function normal(random: Random, mean = 0, deviation = 1): number {
  const radius = sqrt(-2 * log(1 - random()));
  return mean + deviation * radius * cos(2 * PI * random());
}

export function logNormal(random: Random, median: number, sigma: number): number {
  return median * exp(normal(random, 0, sigma));
}

export function exponential(random: Random, mean: number): number {
  return -mean * log(1 - random());
}

/** Failures before the first success: mean (1 - p) / p. */
export function geometric(random: Random, probability: number): number {
  return floor(log(1 - random()) / log(1 - probability));
}
