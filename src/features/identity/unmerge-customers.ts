import sql from 'sql-template-tag';
import type { Queryable } from '../../db.ts';
import { type MergeEdge, membersOf } from './edges.ts';
import { markChanged } from './grow-graph.ts';
import { type MergeScope, moveTraits, refreshSeen } from './merge-customers.ts';
import { moveRows, restoreStays } from './merge-stays.ts';
import { foldTraits } from './traits.ts';

/**
 * Takes back one merge. Every row whose origin is the customer that leaves, or one that it stands
 * for, goes back to it: those that it brought and those that came by its names since. Merges before
 * and after this one stand. The caller holds the domain's graph lock exclusively.
 *
 * @returns the living customers: the one that kept standing and the one that is back.
 */
export async function unmergeCustomers(
  scope: MergeScope,
  edge: MergeEdge,
): Promise<{ kept: number; back: number }> {
  const { tx, actor, now } = scope;
  const kept = await livingCustomer(tx, edge.into);
  const back = edge.from;
  const members = await membersOf(tx, back);
  await tx.query(sql`
    UPDATE identity SET customer_id = ${back}
    WHERE customer_id = ${kept} AND origin_customer_id = ANY(${members}::int[])`);
  await tx.query(sql`
    UPDATE event SET customer_id = ${back}
    WHERE customer_id = ${kept} AND origin_customer_id = ANY(${members}::int[])`);
  await tx.query(sql`
    UPDATE customer SET merged_into_id = nullif(${back}::int, id) WHERE id = ANY(${members}::int[])`);
  await restoreStays(tx, edge, members);
  await tx.query(sql`
    INSERT INTO identity_merge (domain_id, into_id, from_id, reverts_id, reason, actor, at)
    VALUES (${edge.domainId}, ${edge.into}, ${back}, ${edge.id}, 'unmerge', ${actor}, ${now})`);
  const staying = await membersOf(tx, kept);
  await returnTraits(tx, staying, back, members);
  await showHidden(tx, staying);
  await showHidden(tx, members);
  await refreshSeen(tx, [kept, back]);
  await markChanged(tx, [kept, back], now);
  return { kept, back };
}

async function livingCustomer(tx: Queryable, customer: number): Promise<number> {
  const [row] = await tx.query<{ id: number }>(
    sql`SELECT coalesce(merged_into_id, id) AS id FROM customer WHERE id = ${customer}`,
  );
  if (!row) throw new Error(`Customer ${customer} of a merge is gone`);
  return row.id;
}

/** Rows may lie with any that is merged into `kept`: one that had the trait already kept them back. */
async function returnTraits(
  tx: Queryable,
  holders: readonly number[],
  back: number,
  members: readonly number[],
): Promise<void> {
  const returned = await tx.query<{ name: string }>(sql`
    WITH returned AS (
      UPDATE trait_value SET customer_id = ${back}
      WHERE customer_id = ANY(${holders}::int[]) AND origin_customer_id = ANY(${members}::int[])
      RETURNING name
    )
    SELECT DISTINCT name FROM returned`);
  await foldTraits(
    tx,
    returned.flatMap(({ name }) => [...holders, back].map((customer) => ({ customer, name }))),
  );
}

/** What had been hidden behind rows that have just left comes to light. */
async function showHidden(tx: Queryable, [living, ...merged]: readonly number[]): Promise<void> {
  for (const member of merged) {
    if (living === undefined) return;
    await moveTraits(tx, living, member);
    await moveRows(tx, living, member);
  }
}
