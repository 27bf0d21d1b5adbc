import { requireFinite, requireSameLength } from './check.ts';
import { endOfTie, orderOf } from './ranks.ts';

/**
 * Lift at a share of the rows: how many times more positives are among the `share` (0 to 1) with
 * the highest scores than among as many rows taken at random. Rows that tie at the cut count by
 * the part of the tie that falls within. Null without a positive row.
 */
export function liftAt(
  scores: ArrayLike<number>,
  positive: ArrayLike<boolean>,
  share: number,
): number | null {
  requireSameLength('Lift', scores.length, positive.length);
  requireFinite('Lift', scores);
  const falling = orderOf(Float64Array.from(scores, (score) => -score));
  const total = Array.from(positive).filter(Boolean).length;
  const taken = Math.max(1, Math.round(share * scores.length));
  if (total === 0) return null;
  let found = 0;
  for (let start = 0; start < taken; ) {
    const end = endOfTie(scores, falling, start);
    let hits = 0;
    for (let i = start; i < end; i += 1) if (positive[falling[i] as number]) hits += 1;
    found += hits * Math.min(1, (taken - start) / (end - start));
    start = end;
  }
  return found / taken / (total / scores.length);
}

/**
 * Normalised discounted cumulative gain of the first k (Jarvelin & Kekalainen 2002): gains
 * discounted by log2(1 + place), over those of the best order. Null when there is nothing to gain.
 */
export function ndcgAt(
  scores: ArrayLike<number>,
  gains: ArrayLike<number>,
  k: number,
): number | null {
  requireSameLength('nDCG', scores.length, gains.length);
  requireFinite('nDCG', scores);
  const falling = orderOf(Float64Array.from(scores, (score) => -score));
  const own = Array.from(falling, (i) => gains[i] as number);
  const best = discounted(
    Array.from(gains).sort((a, b) => b - a),
    k,
  );
  return best === 0 ? null : discounted(own, k) / best;
}

function discounted(gains: readonly number[], k: number): number {
  return gains.slice(0, k).reduce((sum, gain, place) => sum + gain / Math.log2(place + 2), 0);
}
