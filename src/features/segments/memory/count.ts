import { knownMs } from '../rule/duration.ts';
import type { CountCondition, EventCondition } from '../rule/types.ts';

/** Whether a count satisfies the condition; without one, at least 1. */
export function countHolds(condition: CountCondition | undefined, count: number): boolean {
  if (!condition) return count >= 1;
  const { eq, ne, lt, lte, gt, gte } = condition;
  if (eq !== undefined) return count === eq;
  if (ne !== undefined) return count !== ne;
  if (lt !== undefined) return count < lt;
  if (lte !== undefined) return count <= lte;
  if (gt !== undefined) return count > gt;
  return count >= (gte ?? 1);
}

/** The age in milliseconds of the window's older and newer end; Infinity: all time. */
export function windowAges(condition: EventCondition): {
  readonly from: number;
  readonly to: number;
} {
  const { within, from, to } = condition;
  return {
    from: within ? knownMs(within) : from ? knownMs(from) : Number.POSITIVE_INFINITY,
    to: to ? knownMs(to) : 0,
  };
}
