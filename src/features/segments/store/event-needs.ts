import { windowAges } from '../memory/count.ts';
import { canonicalJson } from '../rule/canonical.ts';
import { knownMs, LONGEST_MS } from '../rule/duration.ts';
import { leavesOf } from '../rule/references.ts';
import type { EventCondition, EventStep, Leaf, Rule } from '../rule/types.ts';

/** What rules can see of one type of event. */
export interface EventNeed {
  readonly type: string;
  /** Milliseconds: nothing older is looked at, but for `firsts` and `lasts`. Infinity: all time. */
  readonly age: number;
  /** Steps whose first match ever decides, whatever its age. */
  readonly firsts: readonly EventStep[];
  /** Steps whose newest match decides, whatever its age. */
  readonly lasts: readonly EventStep[];
  /** The names of fields and properties that are tested. */
  readonly fields: ReadonlySet<string>;
}

/** One step of one leaf, and how far back it looks. */
interface Look {
  readonly step: EventStep;
  readonly age: number;
  readonly edge?: 'first' | 'last';
  readonly has?: readonly { readonly name: string }[];
}

/** What these rules look at, type by type. Ages count back from the earliest instant of evaluation. */
export function eventNeeds(rules: readonly Rule[]): readonly EventNeed[] {
  const looks = rules.flatMap(leavesOf).flatMap(looksOf);
  const types = new Set(looks.map(({ step }) => step.type));
  return [...types].map((type) =>
    needOf(
      type,
      looks.filter(({ step }) => step.type === type),
    ),
  );
}

function needOf(type: string, looks: readonly Look[]): EventNeed {
  const age = Math.max(...looks.map((look) => look.age));
  const named = looks.flatMap(({ step, has }) => [...(step.where ?? []), ...(has ?? [])]);
  return {
    type,
    // Beyond the longest window the range of timestamps may end.
    age: age > LONGEST_MS ? Number.POSITIVE_INFINITY : age,
    firsts: distinctSteps(looks, 'first'),
    lasts: distinctSteps(looks, 'last'),
    fields: new Set(named.map(({ name }) => name)),
  };
}

function distinctSteps(looks: readonly Look[], edge: Look['edge']): readonly EventStep[] {
  const steps = looks.filter((look) => look.edge === edge).map(({ step }) => step);
  const key = ({ where }: EventStep) => canonicalJson(where ?? []);
  return [...new Map(steps.map((step) => [key(step), step])).values()];
}

function looksOf(leaf: Leaf): readonly Look[] {
  if ('event' in leaf) return [lookOf(leaf.event)];
  if ('last' in leaf) return [{ step: leaf.last, age: 0, edge: 'last', has: leaf.last.has }];
  if (!('sequence' in leaf)) return [];
  const { steps, endsWithout, during } = leaf.sequence;
  const age = during ? knownMs(during) : Number.POSITIVE_INFINITY;
  return [...steps, ...(endsWithout ? [endsWithout] : [])].map((step) => ({ step, age }));
}

function lookOf(condition: EventCondition): Look {
  const { regularity, first } = condition;
  if (regularity) return { step: condition, age: knownMs(regularity.period) * regularity.periods };
  const age = windowAges(condition).from;
  return first ? { step: condition, age, edge: 'first' } : { step: condition, age };
}
