import type { EventStep } from '../rule/types.ts';
import { eventPasses } from './event-value.ts';
import type { CustomerHistory, HistoryEvent, TraitChange } from './history.ts';

/** A history made ready for many rules: what each step matches is found once. */
export interface View {
  readonly history: CustomerHistory;
  /** The events that a step matches, past and future, in order. Cached by the step's identity. */
  matching(step: EventStep): readonly HistoryEvent[];
  /** A trait's changes, in order. */
  trait(name: string): readonly TraitChange[];
}

export function viewOf(history: CustomerHistory): View {
  const byType = groupBy(history.events, (event) => event.type);
  const byName = groupBy(history.traits, (change) => change.name);
  const matched = new WeakMap<EventStep, readonly HistoryEvent[]>();
  const find = (step: EventStep) => {
    const ofType = byType.get(step.type) ?? [];
    return step.where?.length ? ofType.filter((event) => eventPasses(event, step.where)) : ofType;
  };
  return {
    history,
    matching: (step) => {
      const known = matched.get(step);
      if (known) return known;
      const events = find(step);
      matched.set(step, events);
      return events;
    },
    trait: (name) => byName.get(name) ?? [],
  };
}

/** How many of the events, which are in order, occurred before `instant`. */
export function countBefore(events: readonly HistoryEvent[], instant: number): number {
  let low = 0;
  let high = events.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((events[middle]?.occurredAt ?? 0) < instant) low = middle + 1;
    else high = middle;
  }
  return low;
}

// Map.groupBy came with Node 21.
function groupBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return groups;
}
