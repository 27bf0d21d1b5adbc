import { knownMs } from '../rule/duration.ts';
import type { EventCondition, RegularityCondition } from '../rule/types.ts';
import { countHolds, windowAges } from './count.ts';
import type { HistoryEvent } from './history.ts';
import { earliest, type LeafState } from './leaf.ts';
import { countBefore, type View } from './view.ts';

const MOST_EVIDENCE = 10;

export function eventLeaf(condition: EventCondition, view: View): LeafState {
  const events = view.matching(condition);
  if (condition.regularity) return regularityLeaf(condition, condition.regularity, events);
  const counted = countLeaf(condition, events);
  return condition.first ? firstLeaf(condition, events, counted) : counted;
}

function countLeaf(condition: EventCondition, events: readonly HistoryEvent[]): LeafState {
  const { from, to } = windowAges(condition);
  const bounds = (at: number) => ({
    low: from === Number.POSITIVE_INFINITY ? 0 : countBefore(events, at - from),
    high: countBefore(events, at - to + 1),
  });
  const holds = (at: number) => {
    const { low, high } = bounds(at);
    return countHolds(condition.count, high - low);
  };
  return {
    holds,
    next: (at) => nextCountChange(condition, events, bounds(at), from, to),
    evidence: (at) => {
      const { low, high } = bounds(at);
      return { count: high - low, events: newest(events.slice(low, high)) };
    },
  };
}

/** Moves the window on from event to event until the count's answer changes. */
function nextCountChange(
  condition: EventCondition,
  events: readonly HistoryEvent[],
  start: { readonly low: number; readonly high: number },
  from: number,
  to: number,
): number | undefined {
  let { low, high } = start;
  const before = countHolds(condition.count, high - low);
  for (;;) {
    const leaving = events[low];
    const entering = events[high];
    const leaves = leaving && low <= high ? leaving.occurredAt + from + 1 : undefined;
    const enters = entering ? entering.occurredAt + to : undefined;
    const instant = earliest(leaves, enters);
    if (instant === undefined || instant === Number.POSITIVE_INFINITY) return undefined;
    while (high < events.length && (events[high]?.occurredAt ?? 0) + to <= instant) high++;
    while (low < high && (events[low]?.occurredAt ?? 0) + from < instant) low++;
    if (countHolds(condition.count, high - low) !== before) return instant;
  }
}

function firstLeaf(
  condition: EventCondition,
  events: readonly HistoryEvent[],
  counted: LeafState,
): LeafState {
  const { from, to } = windowAges(condition);
  const first = events[0];
  const inWindow = (at: number) =>
    first !== undefined && first.occurredAt >= at - from && first.occurredAt <= at - to;
  const changes = first ? [first.occurredAt + to, first.occurredAt + from + 1] : [];
  return {
    holds: (at) => inWindow(at) && counted.holds(at),
    next: (at) =>
      earliest(counted.next(at), ...changes.filter((t) => t > at && t < Number.POSITIVE_INFINITY)),
    evidence: (at) => ({
      ...counted.evidence(at),
      events: first && first.occurredAt <= at ? [first] : [],
    }),
  };
}

/** Period k is [at - (k+1)p, at - kp], both ends inside, k = 0 the newest. */
function regularityLeaf(
  condition: EventCondition,
  { period, periods, atLeast }: RegularityCondition,
  events: readonly HistoryEvent[],
): LeafState {
  const length = knownMs(period);
  const goodPeriods = (at: number) => {
    let good = 0;
    for (let k = 0; k < periods; k++) {
      const low = countBefore(events, at - (k + 1) * length);
      const high = countBefore(events, at - k * length + 1);
      if (countHolds(condition.count, high - low)) good++;
    }
    return good;
  };
  const inside = (at: number) =>
    events.slice(countBefore(events, at - periods * length), countBefore(events, at + 1));
  return {
    holds: (at) => goodPeriods(at) >= atLeast,
    next: (at) =>
      earliest(
        events[countBefore(events, at + 1)]?.occurredAt,
        ...inside(at).map((event) => at + untilBoundary(at - event.occurredAt, length)),
      ),
    evidence: (at) => ({ count: goodPeriods(at), events: newest(inside(at)) }),
  };
}

/** Milliseconds until an event of this age enters a period more or leaves one. */
function untilBoundary(age: number, length: number): number {
  return age % length === 0 ? 1 : length - (age % length);
}

const newest = (events: readonly HistoryEvent[]) => events.slice(-MOST_EVIDENCE).reverse();
