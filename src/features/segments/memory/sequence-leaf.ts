import { knownMs } from '../rule/duration.ts';
import type { EventStep, SequenceCondition } from '../rule/types.ts';
import { byTimeThenArrival, type HistoryEvent } from './history.ts';
import { earliest, type LeafState } from './leaf.ts';
import { countBefore, type View } from './view.ts';

/** The newest way to have come as far as one step: its event and how the steps before were met. */
interface Link {
  readonly event: HistoryEvent;
  readonly start: number;
  readonly before?: Link;
}

interface Prepared {
  /** Events that any step or `endsWithout` matches, in order. */
  readonly events: readonly HistoryEvent[];
  readonly steps: readonly ReadonlySet<HistoryEvent>[];
  readonly ending: ReadonlySet<HistoryEvent>;
  readonly within: number;
  readonly during: number;
}

export function sequenceLeaf(condition: SequenceCondition, view: View): LeafState {
  const prepared = prepare(condition, view);
  const chainAt = (at: number) => deciding(prepared, at);
  return {
    holds: (at) => chainAt(at) !== undefined,
    next: (at) => {
      const future = prepared.events[countBefore(prepared.events, at + 1)]?.occurredAt;
      const chain = chainAt(at);
      const fades =
        chain && prepared.during < Number.POSITIVE_INFINITY
          ? chain.start + prepared.during + 1
          : undefined;
      return earliest(future, fades);
    },
    evidence: (at) => ({ events: eventsOf(chainAt(at)) }),
  };
}

function prepare(condition: SequenceCondition, view: View): Prepared {
  const match = (step: EventStep) => new Set(view.matching(step));
  const steps = condition.steps.map(match);
  const ending = condition.endsWithout ? match(condition.endsWithout) : new Set<HistoryEvent>();
  const all = new Set([...steps, ending].flatMap((events) => [...events]));
  return {
    events: [...all].sort(byTimeThenArrival),
    steps,
    ending,
    within: condition.within ? knownMs(condition.within) : Number.POSITIVE_INFINITY,
    during: condition.during ? knownMs(condition.during) : Number.POSITIVE_INFINITY,
  };
}

/**
 * The chain that ends last, unless an event that it must end without follows it. The newest event of
 * a step is always the best to go on from: it is nearest to what follows, and of all chains to it the
 * one kept here starts last. So one pass decides, and if this chain fails every other does.
 */
function deciding(prepared: Prepared, at: number): Link | undefined {
  const { events, steps, within, during } = prepared;
  const reached: (Link | undefined)[] = steps.map(() => undefined);
  let ended = false;
  const low = during === Number.POSITIVE_INFINITY ? 0 : countBefore(events, at - during);
  for (let i = low; i < events.length; i++) {
    const event = events[i];
    if (!event || event.occurredAt > at) break;
    if (prepared.ending.has(event)) ended = true;
    // From the last step down, so that an event never follows itself.
    for (let s = steps.length - 1; s >= 0; s--) {
      if (!steps[s]?.has(event)) continue;
      const link = extend(event, s, reached, within);
      if (!link) continue;
      reached[s] = link;
      if (s === steps.length - 1) ended = false;
    }
  }
  return ended ? undefined : reached.at(-1);
}

function extend(
  event: HistoryEvent,
  step: number,
  reached: readonly (Link | undefined)[],
  within: number,
): Link | undefined {
  if (step === 0) return { event, start: event.occurredAt };
  const before = reached[step - 1];
  if (!before || event.occurredAt - before.event.occurredAt > within) return undefined;
  return { event, start: before.start, before };
}

function eventsOf(link: Link | undefined): readonly HistoryEvent[] {
  return link ? [link.event, ...eventsOf(link.before)] : [];
}
