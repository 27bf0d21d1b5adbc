import { requireFinite, requireSameLength } from './check.ts';
import { endOfTie, orderOf } from './ranks.ts';

/**
 * Area under the precision-recall curve as average precision: the sum of (gain in recall) x
 * (precision) over the thresholds from the highest score down, without interpolation, which would
 * flatter (Davis & Goadrich 2006). Equal scores are one threshold. Null without a positive row.
 */
export function averagePrecision(
  scores: ArrayLike<number>,
  positive: ArrayLike<boolean>,
): number | null {
  requireSameLength('PR-AUC', scores.length, positive.length);
  requireFinite('PR-AUC', scores);
  const falling = orderOf(Float64Array.from(scores, (score) => -score));
  let found = 0;
  let area = 0;
  for (let start = 0; start < falling.length; ) {
    const end = endOfTie(scores, falling, start);
    let gained = 0;
    for (let i = start; i < end; i += 1) if (positive[falling[i] as number]) gained += 1;
    found += gained;
    area += gained * (found / end);
    start = end;
  }
  return found === 0 ? null : area / found;
}
