import { seededRandom } from '../random.ts';
import { dot } from '../similarity/vectors.ts';

/** Something that could be labelled. */
export interface Candidate {
  /** How little the model knows about it, from 0 to 1. */
  readonly uncertainty: number;
  /** Of length 1: what it is like; absent where that is not known. */
  readonly vector?: Float32Array;
}

/**
 * Candidates whose labels would teach most: the model is unsure about them, and they are unlike each
 * other. BADGE (Ash, Zhang, Krishnamurthy, Langford, Agarwal 2020, "Deep batch active learning by
 * diverse, uncertain gradient lower bounds", section 3) seeds k-means++ among the gradients that the
 * candidates' own predictions would give the last layer. Such a gradient points where the input's
 * embedding does and is as long as the model is unsure, which is what stands for it here:
 * uncertainty times vector. The first taken is the longest; each next one is drawn with a probability
 * in proportion to the square of its distance from the nearest of those taken (Arthur, Vassilvitskii
 * 2007). Candidates without a vector are at right angles to all others; where none has one, the least
 * sure ones are taken.
 *
 * @returns the numbers of at most `count` candidates, in the order taken; the same for the same seed
 */
export function chooseCandidates(
  candidates: readonly Candidate[],
  count: number,
  seed: number,
): number[] {
  if (candidates.every(({ vector }) => !vector)) return leastSure(candidates).slice(0, count);
  const { next } = seededRandom(seed);
  const nearest = candidates.map(() => Number.POSITIVE_INFINITY);
  const taken: number[] = [];
  let [chosen] = leastSure(candidates);
  while (chosen !== undefined && taken.length < count) {
    taken.push(chosen);
    const last = candidates[chosen] as Candidate;
    for (const [i, candidate] of candidates.entries())
      nearest[i] = Math.min(nearest[i] as number, squaredDistance(candidate, last));
    // Also where all else is at the same place: none is taken twice.
    nearest[chosen] = 0;
    chosen = draw(nearest, next());
  }
  return taken;
}

/** All numbers, the least sure first. */
const leastSure = (candidates: readonly Candidate[]): number[] =>
  candidates
    .map((_, i) => i)
    .sort((a, b) => uncertaintyOf(candidates, b) - uncertaintyOf(candidates, a) || a - b);

const uncertaintyOf = (candidates: readonly Candidate[], i: number): number =>
  (candidates[i] as Candidate).uncertainty;

function squaredDistance(a: Candidate, b: Candidate): number {
  const cosine =
    a.vector && b.vector
      ? dot(a.vector, 0, b.vector, 0, Math.min(a.vector.length, b.vector.length))
      : 0;
  const [p, q] = [a.uncertainty, b.uncertainty];
  return Math.max(0, p * p + q * q - 2 * p * q * cosine);
}

/** A number drawn in proportion to its weight; undefined when all weigh nothing. */
function draw(weights: readonly number[], random: number): number | undefined {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (!(total > 0)) return undefined;
  let left = random * total;
  let last: number | undefined;
  for (const [i, weight] of weights.entries()) {
    if (weight <= 0) continue;
    last = i;
    left -= weight;
    if (left < 0) return i;
  }
  return last;
}

/**
 * Rows whose targets would teach a regression most: one after the other, the row whose predicted value
 * is farthest from all values that are known or already asked for (GSy: Wu, Lin, Huang 2019, "Active
 * learning for regression using greedy sampling", section III-B).
 * @param known values of the labelled rows
 */
export function spreadValues(
  predicted: readonly number[],
  known: readonly number[],
  count: number,
): number[] {
  const sorted = Float64Array.from(known).sort();
  const distance = predicted.map((value) => distanceToNearest(sorted, value));
  const taken: number[] = [];
  while (taken.length < Math.min(count, predicted.length)) {
    let best = -1;
    for (const [i, own] of distance.entries())
      if (own >= 0 && (best < 0 || own > (distance[best] as number))) best = i;
    taken.push(best);
    distance[best] = -1;
    for (const [i, own] of distance.entries())
      if (own >= 0)
        distance[i] = Math.min(
          own,
          Math.abs((predicted[i] as number) - (predicted[best] as number)),
        );
  }
  return taken;
}

/** Infinite where there are none. @param sorted in ascending order */
function distanceToNearest(sorted: Float64Array, value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  const below = value - (sorted[low - 1] ?? Number.NEGATIVE_INFINITY);
  const above = (sorted[low] ?? Number.POSITIVE_INFINITY) - value;
  return Math.min(below, above);
}
