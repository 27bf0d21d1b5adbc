import type { Queryable } from '../../db.ts';
import { absorb, attach, type Holder, type IdentityGraph } from './graph.ts';
import {
  insertCustomers,
  insertIdentities,
  type NewIdentity,
  reserveCustomerIds,
} from './grow-graph.ts';
import { type IdentityRef, identityKey, type PlacedIdentity } from './identity.ts';
import { type Link, link } from './link.ts';
import { loadGraph } from './load-graph.ts';
import type { GraphMode } from './locks.ts';
import { mergeCustomers } from './merge-customers.ts';
import type { Refusal } from './refusal.ts';
import { NeedsExclusiveGraph } from './transaction.ts';

/** What resolving names needs to know of the call that it is for. */
export interface ResolverScope {
  readonly tx: Queryable;
  readonly mode: GraphMode;
  readonly domainId: number;
  readonly actor: string;
  readonly now: Date;
}

/** Whom a list of names belongs to. */
export interface Resolution extends Holder {
  readonly refusals: readonly Refusal[];
  readonly merged: boolean;
}

/** Resolves lists of names one after the other, each seeing what the ones before it did. */
export interface Resolver {
  /**
   * The customer of names that all belong to one already: the usual case, decided at once.
   * Undefined: ask `resolve`.
   */
  settled(identities: readonly PlacedIdentity[]): Holder | undefined;
  /**
   * The customer of any names; links, makes and merges customers as `link` decides. `beforeMerge`
   * must store all that was resolved so far, so that the merge finds it in the tables.
   */
  resolve(
    identities: readonly PlacedIdentity[],
    beforeMerge: () => Promise<void>,
  ): Promise<Resolution>;
  /** Stores the customers and names made so far. */
  flush(): Promise<void>;
}

/**
 * Loads the part of the graph that these lists of names touch. The caller has begun its transaction
 * with `lockGraph`; the other locks are taken here.
 */
export async function openResolver(
  scope: ResolverScope,
  lists: readonly (readonly PlacedIdentity[])[],
): Promise<Resolver> {
  const graph = await loadGraph(scope.tx, scope.domainId, lists);
  const ids = await reserveCustomerIds(scope.tx, countUnknown(graph, lists));
  const made = { customers: [] as number[], identities: [] as NewIdentity[] };

  const flush = async () => {
    await insertCustomers(scope.tx, scope.domainId, made.customers.splice(0), scope.now);
    await insertIdentities(scope.tx, scope.domainId, made.identities.splice(0), scope.now);
  };
  const makeCustomer = (): number => {
    const id = ids.pop();
    if (id === undefined) throw new Error('Fewer customers were reserved than there are new names');
    made.customers.push(id);
    return id;
  };
  const resolve: Resolver['resolve'] = async (identities, beforeMerge) => {
    const plan = link(graph, identities);
    if (plan.merges.length > 0 && scope.mode === 'shared') throw new NeedsExclusiveGraph();
    const customer = plan.customer ?? makeCustomer();
    const origin = originOf(graph, plan) ?? customer;
    for (const { kind, value } of plan.attach) {
      attach(graph, { kind, value }, { customer, origin });
      made.identities.push({ kind, value, customer, origin });
    }
    if (plan.merges.length > 0) await flush().then(beforeMerge);
    for (const { from, by } of plan.merges) {
      await mergeCustomers(scope, { into: customer, from, reason: `event: ${by.kind}` });
      absorb(graph, customer, from);
    }
    return { customer, origin, refusals: plan.refusals, merged: plan.merges.length > 0 };
  };
  return { settled: (identities) => settled(graph, identities), resolve, flush };
}

function settled(graph: IdentityGraph, identities: readonly IdentityRef[]): Holder | undefined {
  let first: Holder | undefined;
  for (const identity of identities) {
    const holder = graph.holders.get(identityKey(identity));
    if (!holder || (first && first.customer !== holder.customer)) return undefined;
    first ??= holder;
  }
  return first;
}

function originOf(graph: IdentityGraph, { via }: Link): number | undefined {
  return via && graph.holders.get(identityKey(via))?.origin;
}

function countUnknown(graph: IdentityGraph, lists: readonly (readonly IdentityRef[])[]): number {
  const unknown = new Set<string>();
  for (const list of lists) {
    for (const each of list) {
      const key = identityKey(each);
      if (!graph.holders.has(key)) unknown.add(key);
    }
  }
  return unknown.size;
}
