import { knownMs } from '../rule/duration.ts';
import type { LastEventCondition, TraitCondition, ValueTest } from '../rule/types.ts';
import { eventPasses } from './event-value.ts';
import type { Reading, SegmentRecord, TraitChange } from './history.ts';
import type { LeafState } from './leaf.ts';
import { jsonEqual, testValue } from './test-value.ts';
import { countBefore, type View } from './view.ts';

export function lastLeaf(condition: LastEventCondition, view: View): LeafState {
  const events = view.matching(condition);
  const newest = (at: number) => events[countBefore(events, at + 1) - 1];
  return {
    holds: (at) => {
      const event = newest(at);
      return event !== undefined && eventPasses(event, condition.has);
    },
    next: (at) => events[countBefore(events, at + 1)]?.occurredAt,
    evidence: (at) => {
      const event = newest(at);
      return { events: event ? [event] : [] };
    },
  };
}

export function traitLeaf(condition: TraitCondition, view: View): LeafState {
  const changes = view.trait(condition.name);
  const heldFor = condition.heldFor ? knownMs(condition.heldFor) : 0;
  const state = (at: number) => traitAt(changes, at);
  return {
    holds: (at) => {
      const { value, since } = state(at);
      return testValue(condition, value) && since <= at - heldFor;
    },
    next: (at) => {
      const ripe = state(at).since + heldFor;
      const following = changes.find((change) => change.at > at)?.at;
      return ripe > at ? Math.min(ripe, following ?? ripe) : following;
    },
    evidence: (at) => {
      const { value, since } = state(at);
      return { value: value ?? null, ...(Number.isFinite(since) && { since }) };
    },
  };
}

/** The value at an instant and since when it has been that, unbroken; -Infinity: never another. */
function traitAt(changes: readonly TraitChange[], at: number) {
  let value: TraitChange['value'] = null;
  let since = Number.NEGATIVE_INFINITY;
  for (const change of changes) {
    if (change.at > at) break;
    if (!jsonEqual(change.value, value)) since = change.at;
    value = change.value;
  }
  return { value, since };
}

/** A feature or a prediction: its value stands until it is written anew. */
export function readingLeaf(test: ValueTest, reading: Reading | undefined): LeafState {
  return {
    holds: () => testValue(test, reading?.value),
    next: (at) => (reading?.until === undefined ? undefined : Math.max(reading.until, at + 1)),
    evidence: () => ({ value: reading?.value ?? null }),
  };
}

export function segmentLeaf(record: SegmentRecord | undefined): LeafState {
  const stay = (at: number) =>
    record?.stays.find(
      ({ entered, exited }) => entered <= at && (exited === undefined || exited > at),
    );
  return {
    holds: (at) => stay(at) !== undefined,
    next: (at) => {
      const instants = (record?.stays ?? [])
        .flatMap(({ entered, exited }) => [entered, exited ?? Number.POSITIVE_INFINITY])
        .concat(record?.nextTransition ?? Number.POSITIVE_INFINITY)
        .filter((instant) => instant > at && instant < Number.POSITIVE_INFINITY);
      return instants.length > 0 ? Math.min(...instants) : undefined;
    },
    evidence: (at) => {
      const current = stay(at);
      return current ? { value: true, since: current.entered } : { value: false };
    },
  };
}
