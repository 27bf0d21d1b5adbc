/** What turns scores into predictions: one of K classes, K independent labels, or K values. */
export type Link = 'softmax' | 'sigmoid' | 'identity';

/** The largest curvature of each link's loss in its scores. */
export const smoothness: Readonly<Record<Link, number>> = {
  softmax: 0.5,
  sigmoid: 0.25,
  identity: 1,
};

/** Probabilities (or values) of one row's scores. */
export function applyLink(link: Link, scores: ArrayLike<number>): number[] {
  if (link === 'identity') return Array.from(scores);
  if (link === 'sigmoid') return Array.from(scores, sigmoid);
  const normaliser = logSumExp(scores);
  return Array.from(scores, (score) => Math.exp(score - normaliser));
}

/**
 * Replaces scores by target - prediction: the falling gradient of cross-entropy, or of half the
 * squared error, as each link is the canonical one of its loss (Bishop, PRML 4.3.6).
 */
export function differencesOf(link: Link, scores: Float64Array, targets: ArrayLike<number>): void {
  const normaliser = link === 'softmax' ? logSumExp(scores) : 0;
  for (let k = 0; k < scores.length; k += 1) {
    const score = scores[k] as number;
    const predicted =
      link === 'softmax'
        ? Math.exp(score - normaliser)
        : link === 'sigmoid'
          ? sigmoid(score)
          : score;
    scores[k] = (targets[k] as number) - predicted;
  }
}

/** ln(sum of e^score), without overflow. */
export function logSumExp(scores: ArrayLike<number>): number {
  let top = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < scores.length; k += 1) top = Math.max(top, scores[k] as number);
  let sum = 0;
  for (let k = 0; k < scores.length; k += 1) sum += Math.exp((scores[k] as number) - top);
  return top + Math.log(sum);
}

function sigmoid(score: number): number {
  return 1 / (1 + Math.exp(-score));
}
