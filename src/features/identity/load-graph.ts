import sql from 'sql-template-tag';
import type { Queryable } from '../../db.ts';
import { emptyGraph, type Holder, type IdentityGraph } from './graph.ts';
import { type IdentityRef, identityKey } from './identity.ts';
import { lockCustomers, lockNames } from './locks.ts';

/**
 * The part of the domain's graph that these lists of names touch. On return the locks are held that
 * adding names to it and updating its customers need. The caller holds the graph's lock.
 */
export async function loadGraph(
  tx: Queryable,
  domainId: number,
  lists: readonly (readonly IdentityRef[])[],
): Promise<IdentityGraph> {
  const graph = emptyGraph();
  const names = new Map<string, IdentityRef>();
  for (const list of lists) for (const each of list) names.set(identityKey(each), each);
  await readHolders(tx, domainId, [...names.values()], graph.holders);
  const unknown = [...names].filter(([key]) => !graph.holders.has(key)).map(([, each]) => each);
  if (unknown.length > 0) {
    await lockNames(tx, domainId, unknown);
    // Another call may have added some of them while this one waited.
    await readHolders(tx, domainId, unknown, graph.holders);
  }
  const customers = new Set([...graph.holders.values()].map(({ customer }) => customer));
  await lockCustomers(tx, customers);
  if (lists.some((list) => changesGraph(graph, list))) await readCounts(tx, customers, graph);
  return graph;
}

/** Whether the names meet a customer who may get names from them, or be merged. */
function changesGraph(graph: IdentityGraph, list: readonly IdentityRef[]): boolean {
  const first = list[0] && graph.holders.get(identityKey(list[0]))?.customer;
  return list.some((each) => graph.holders.get(identityKey(each))?.customer !== first);
}

interface HolderRow {
  value: string;
  customer: number;
  origin: number;
}

/** One statement a kind: the values of one kind are looked up in a single pass of the index. */
async function readHolders(
  tx: Queryable,
  domainId: number,
  identities: readonly IdentityRef[],
  holders: Map<string, Holder>,
): Promise<void> {
  for (const [kind, values] of byKind(identities)) {
    const rows = await tx.prepared<HolderRow>(
      'identity-holders',
      sql`
        SELECT value, customer_id AS customer, origin_customer_id AS origin FROM identity
        WHERE domain_id = ${domainId} AND kind = ${kind} AND value = ANY(${values}::text[])`,
    );
    for (const { value, customer, origin } of rows) {
      holders.set(identityKey({ kind, value }), { customer, origin });
    }
  }
}

function byKind(identities: readonly IdentityRef[]): Map<string, string[]> {
  const kinds = new Map<string, string[]>();
  for (const { kind, value } of identities) {
    const values = kinds.get(kind);
    if (values) values.push(value);
    else kinds.set(kind, [value]);
  }
  return kinds;
}

async function readCounts(
  tx: Queryable,
  customers: ReadonlySet<number>,
  graph: IdentityGraph,
): Promise<void> {
  const ids = [...customers];
  const counts = await tx.query<{ customer: number; kind: string; count: number }>(sql`
    SELECT customer_id AS customer, kind, count(*) AS count
    FROM identity WHERE customer_id = ANY(${ids}::int[]) GROUP BY 1, 2`);
  for (const { customer, kind, count } of counts) {
    const known = graph.counts.get(customer) ?? new Map<string, number>();
    graph.counts.set(customer, known.set(kind, count));
  }
  const absorbed = await tx.query<{ customer: number; count: number }>(sql`
    SELECT merged_into_id AS customer, count(*) AS count
    FROM customer WHERE merged_into_id = ANY(${ids}::int[]) GROUP BY 1`);
  for (const { customer, count } of absorbed) graph.absorbed.set(customer, count);
}
