import { evaluateWithNext } from '../evaluate.ts';
import type { View } from '../memory/view.ts';
import type { Rule } from '../rule/types.ts';
import type { Definition } from './definition.ts';
import type { LiveHistory } from './load-histories.ts';
import type { Change } from './write-changes.ts';

/** Where one customer stands in one segment; times in milliseconds. */
export interface Standing {
  member: boolean;
  /** When time alone may change it. */
  next: number | undefined;
}

export interface Walker {
  readonly customerId: number;
  readonly definitions: readonly (Definition & { readonly rule: Rule })[];
  readonly history: LiveHistory;
  readonly view: View;
  /** By segment id; the walk writes to it. */
  readonly standings: Map<number, Standing>;
  /** The changes so far. */
  readonly changes: Change[];
}

const MOST_INSTANTS = 1_000;

/**
 * Lives through the transitions that are due up to `until`, each at its own instant, so that a stay
 * ends when time ended it and not when somebody looked.
 */
export function walkDue(walker: Walker, until: number): void {
  for (let count = 0; count < MOST_INSTANTS; count++) {
    const due = Math.min(
      ...walker.definitions.map(
        ({ id }) => walker.standings.get(id)?.next ?? Number.POSITIVE_INFINITY,
      ),
    );
    if (due > until) return;
    evaluateAt(walker, due, (definition) => {
      const next = walker.standings.get(definition.id)?.next;
      return next !== undefined && next <= due;
    });
  }
}

/** Evaluates every rule as of an instant. */
export function walkTo(walker: Walker, at: number): void {
  evaluateAt(walker, at, () => true);
}

/** Evaluates the wanted rules and those that use a segment that changes here, the used ones first. */
function evaluateAt(walker: Walker, at: number, wanted: (definition: Definition) => boolean): void {
  const changed = new Set<string>();
  for (const definition of walker.definitions) {
    const affected = [...definition.uses].some((key) => changed.has(key));
    if (!affected && !wanted(definition)) continue;
    if (evaluateOne(walker, definition, at)) changed.add(definition.key);
  }
}

/** Whether the customer's standing, or the time until which it is known, has changed. */
function evaluateOne(
  walker: Walker,
  definition: Walker['definitions'][number],
  at: number,
): boolean {
  const before = walker.standings.get(definition.id) ?? { member: false, next: undefined };
  const { holds, nextTransitionAt } = evaluateWithNext(definition.rule, walker.view, new Date(at));
  const next = nextTransitionAt?.getTime();
  walker.standings.set(definition.id, { member: holds, next });
  if (holds !== before.member)
    walker.changes.push({
      segmentId: definition.id,
      customerId: walker.customerId,
      entered: holds,
      at: new Date(at),
    });
  remember(walker, definition.key, holds !== before.member ? holds : undefined, at, next);
  return holds !== before.member || next !== before.next;
}

/** Keeps the record that rules about this segment read in step with the walk. */
function remember(
  walker: Walker,
  key: string,
  entered: boolean | undefined,
  at: number,
  nextTransition: number | undefined,
): void {
  const record = walker.history.segments.get(key);
  if (!record) return;
  const closed = record.stays.map((stay) =>
    entered === false && stay.exited === undefined ? { ...stay, exited: at } : stay,
  );
  const stays = entered ? [...closed, { entered: at }] : closed;
  walker.history.segments.set(key, { stays, nextTransition });
}
