/** How a feature's values were spread: of numbers, shares at most each edge; of texts, shares by value. */
export type Profile =
  | { readonly edges: readonly number[]; readonly shares: readonly number[] }
  | { readonly common: Readonly<Record<string, number>> };

/** A share of nothing would make the index infinite. */
const LEAST = 1e-4;

/** Population stability index: the sum of (now - before) ln(now / before) over bins. */
export function stabilityIndex(before: readonly number[], now: readonly number[]): number {
  return before.reduce((sum, was, bin) => {
    const [p, q] = [Math.max(was, LEAST), Math.max(now[bin] ?? 0, LEAST)];
    return sum + (q - p) * Math.log(q / p);
  }, 0);
}

/** Shares in the bins between edges, from the shares at most each edge; the last bin is beyond all. */
export const toBins = (shares: readonly number[]): number[] =>
  [...shares, 1].map((share, index) => share - (shares[index - 1] ?? 0));

/** The Kolmogorov-Smirnov statistic, as seen at the baseline's edges. */
export const greatestGap = (before: readonly number[], now: readonly number[]): number =>
  Math.max(0, ...before.map((share, index) => Math.abs(share - (now[index] ?? 0))));

/** Shares of the baseline's texts, and of all others together. */
export function commonBins(
  baseline: Readonly<Record<string, number>>,
  now: Readonly<Record<string, number>>,
): [number[], number[]] {
  const names = Object.keys(baseline);
  const bins = (shares: Readonly<Record<string, number>>) => {
    const known = names.map((name) => shares[name] ?? 0);
    return [...known, Math.max(0, 1 - known.reduce((sum, share) => sum + share, 0))];
  };
  return [bins(baseline), bins(now)];
}
