import { type IdentityRef, identityKey } from './identity.ts';
import { kindOf, MERGE_LIMIT } from './kinds.ts';

/** Where a name points: its customer now, and the one it was first attached to. */
export interface Holder {
  readonly customer: number;
  readonly origin: number;
}

/** How many names of each kind a customer has. */
export type KindCounts = Map<string, number>;

/**
 * The part of the identity graph that one call touches, kept up to date in memory while the call is
 * worked off, so that resolving an event needs no statement.
 */
export interface IdentityGraph {
  /** By `identityKey`; a name that is not here is unknown. */
  readonly holders: Map<string, Holder>;
  /** By customer; complete for every customer that the call could attach to or merge. */
  readonly counts: Map<number, KindCounts>;
  /** By customer: how many others were merged into it, directly or not. Absent: none. */
  readonly absorbed: Map<number, number>;
}

export const emptyGraph = (): IdentityGraph => ({
  holders: new Map(),
  counts: new Map(),
  absorbed: new Map(),
});

/** Whether `into` may stand for `from`, and those that `from` stands for, as well. */
export function mayAbsorb(graph: IdentityGraph, into: readonly number[], from: number): boolean {
  const size = (customer: number) => graph.absorbed.get(customer) ?? 0;
  const total = into.reduce((sum, each) => sum + 1 + size(each), 0) + size(from);
  return total <= MERGE_LIMIT;
}

/** Whether the customer holds a name of a kind that says who the person is. */
export function isIdentified(graph: IdentityGraph, customer: number): boolean {
  for (const kind of graph.counts.get(customer)?.keys() ?? []) {
    if (kindOf(kind).identifies) return true;
  }
  return false;
}

/** Whether the customer may get one more name of this kind. */
export function hasRoom(graph: IdentityGraph, customer: number, kind: string): boolean {
  return (graph.counts.get(customer)?.get(kind) ?? 0) < kindOf(kind).limit;
}

export function attach(graph: IdentityGraph, identity: IdentityRef, holder: Holder): void {
  graph.holders.set(identityKey(identity), holder);
  const counts: KindCounts = graph.counts.get(holder.customer) ?? new Map();
  counts.set(identity.kind, (counts.get(identity.kind) ?? 0) + 1);
  graph.counts.set(holder.customer, counts);
}

/** All names of `from` point to `into` from here on; their origins stay. */
export function absorb(graph: IdentityGraph, into: number, from: number): void {
  for (const [key, holder] of graph.holders) {
    if (holder.customer === from) graph.holders.set(key, { ...holder, customer: into });
  }
  const counts: KindCounts = graph.counts.get(into) ?? new Map();
  for (const [kind, count] of graph.counts.get(from) ?? []) {
    counts.set(kind, (counts.get(kind) ?? 0) + count);
  }
  graph.counts.set(into, counts);
  graph.counts.delete(from);
  const size = (customer: number) => graph.absorbed.get(customer) ?? 0;
  graph.absorbed.set(into, size(into) + 1 + size(from));
}
