import sql, { raw } from 'sql-template-tag';
import type { Queryable } from '../../db.ts';
import { type IdentityRef, identityKey } from './identity.ts';

/*
 * Everything that writes to customers takes these advisory locks in this order, each list in
 * ascending order, so that no two transactions can wait for each other in a circle:
 *
 *   1. the domain's graph: shared while names are only read and added, exclusive to merge or unmerge
 *   2. stripes of the names that are not known yet, so that each is added once
 *   3. stripes of the customers whose rows will be updated
 *
 * While one holds the graph shared, a known name keeps pointing where it points.
 */
const GRAPH = 72_707_001;
const NAMES = 72_707_002;
const CUSTOMERS = 72_707_003;
const STRIPES = 64;

export type GraphMode = 'shared' | 'exclusive';

/**
 * Begins a transaction on the domain's graph. Its statements go by key, a few thousand at most; a
 * hash join would read whole tables for them, so the planner is kept from it until the end.
 */
export async function lockGraph(tx: Queryable, domainId: number, mode: GraphMode): Promise<void> {
  const lock =
    mode === 'shared' ? raw('pg_advisory_xact_lock_shared') : raw('pg_advisory_xact_lock');
  await tx.query(sql`
    SELECT ${lock}(${GRAPH}::int, ${domainId}::int),
      set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true)`);
}

export async function lockNames(
  tx: Queryable,
  domainId: number,
  identities: Iterable<IdentityRef>,
): Promise<void> {
  const stripes = new Set<number>();
  for (const identity of identities) stripes.add(stripeOf(identityKey(identity)));
  await lockStripes(
    tx,
    NAMES,
    [...stripes].map((stripe) => domainId * STRIPES + stripe),
  );
}

export async function lockCustomers(tx: Queryable, customers: Iterable<number>): Promise<void> {
  const stripes = new Set<number>();
  for (const customer of customers) stripes.add(customer % STRIPES);
  await lockStripes(tx, CUSTOMERS, [...stripes]);
}

async function lockStripes(tx: Queryable, family: number, stripes: number[]): Promise<void> {
  if (stripes.length === 0) return;
  const ascending = stripes.sort((a, b) => a - b);
  await tx.query(sql`
    SELECT pg_advisory_xact_lock(${family}::int, stripe) FROM unnest(${ascending}::int[]) stripe`);
}

/** FNV-1a; any hash does that all processes share. */
function stripeOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  }
  return (hash >>> 0) % STRIPES;
}
