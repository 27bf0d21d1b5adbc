import { requireFinite, requireSameLength } from './check.ts';
import { ranksOf } from './ranks.ts';

/**
 * Area under the ROC curve: the chance that a positive row scores above a negative one, a tie
 * counting half (Mann-Whitney U by ranks: Hanley & McNeil 1982).
 * Returns null when there is one class only: the area has no value then.
 */
export function rocAuc(scores: ArrayLike<number>, positive: ArrayLike<boolean>): number | null {
  requireSameLength('ROC-AUC', scores.length, positive.length);
  requireFinite('ROC-AUC', scores);
  const ranks = ranksOf(scores);
  let positives = 0;
  let sum = 0;
  for (let i = 0; i < ranks.length; i += 1) {
    if (!positive[i]) continue;
    positives += 1;
    sum += ranks[i] as number;
  }
  const negatives = ranks.length - positives;
  if (positives === 0 || negatives === 0) return null;
  return (sum - (positives * (positives + 1)) / 2) / (positives * negatives);
}
