/**
 * How unsure a distribution leaves one, from 0 to 1: its entropy as a share of the largest there is
 * (Settles 2009, "Active learning literature survey", section 3.1).
 */
export function entropyShare(probabilities: readonly number[]): number {
  if (probabilities.length < 2) return 0;
  const entropy = probabilities.reduce((sum, p) => (p > 0 ? sum - p * Math.log(p) : sum), 0);
  return entropy / Math.log(probabilities.length);
}

/**
 * The same of several yes-or-no questions at once: that of the one that is least sure
 * (Brinker 2006, "On active learning in multi-label classification").
 */
export function leastSureShare(probabilities: readonly number[]): number {
  return Math.max(0, ...probabilities.map((p) => entropyShare([p, 1 - p])));
}
