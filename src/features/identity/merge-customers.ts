import sql from 'sql-template-tag';
import type { Queryable } from '../../db.ts';
import { dropEmbeddings } from '../embeddings/changes.ts';
import { markChanged } from './grow-graph.ts';
import { moveStays } from './merge-stays.ts';
import { foldTraits } from './traits.ts';

export interface MergeScope {
  readonly tx: Queryable;
  readonly domainId: number;
  readonly actor: string;
  readonly now: Date;
}

export interface Merge {
  readonly into: number;
  readonly from: number;
  readonly reason: string;
}

/**
 * Merges one living customer into another of the same domain and writes down the edge. All that
 * `from` has moves, so that reads need not follow edges; every row keeps its origin, so that an
 * unmerge can take it back. The caller holds the domain's graph lock exclusively and has checked
 * that both live, differ and may be merged.
 *
 * @returns the id of the edge.
 */
export async function mergeCustomers(scope: MergeScope, merge: Merge): Promise<number> {
  const { tx, domainId, actor, now } = scope;
  const { into, from, reason } = merge;
  await moveIdentities(tx, into, from);
  await tx.query(sql`UPDATE event SET customer_id = ${into} WHERE customer_id = ${from}`);
  await moveTraits(tx, into, from);
  // Compressed: whoever was merged points straight at the living customer.
  await tx.query(sql`
    UPDATE customer SET merged_into_id = ${into} WHERE id = ${from} OR merged_into_id = ${from}`);
  await refreshSeen(tx, [into, from]);
  const [edge] = await tx.query<{ id: number }>(sql`
    INSERT INTO identity_merge (domain_id, into_id, from_id, reason, actor, at)
    VALUES (${domainId}, ${into}, ${from}, ${reason}, ${actor}, ${now}) RETURNING id`);
  if (!edge) throw new Error('The merge was not written down');
  await moveStays(tx, { id: edge.id, into, from });
  await dropEmbeddings(tx, [from]);
  await markChanged(tx, [into, from], now);
  return edge.id;
}

async function moveIdentities(tx: Queryable, into: number, from: number): Promise<void> {
  await tx.query(sql`UPDATE identity SET customer_id = ${into} WHERE customer_id = ${from}`);
}

/**
 * The target's traits win: only the histories of traits that it has never had move. The others stay
 * with `from`, out of sight, until an unmerge.
 */
export async function moveTraits(tx: Queryable, into: number, from: number): Promise<void> {
  const moved = await tx.query<{ name: string }>(sql`
    WITH moved AS (
      UPDATE trait_value SET customer_id = ${into}
      WHERE customer_id = ${from}
        AND name NOT IN (SELECT name FROM trait_value WHERE customer_id = ${into})
      RETURNING name
    )
    SELECT DISTINCT name FROM moved`);
  const names = moved.map(({ name }) => name);
  await foldTraits(
    tx,
    names.flatMap((name) => [
      { customer: into, name },
      { customer: from, name },
    ]),
  );
}

/** First and last seen are those of the events that the customer has now. */
export async function refreshSeen(tx: Queryable, customers: readonly number[]): Promise<void> {
  await tx.query(sql`
    UPDATE customer SET first_seen_at = seen.first, last_seen_at = seen.last
    FROM (
      SELECT asked.customer, min(occurred_at) AS first, max(occurred_at) AS last
      FROM unnest(${customers}::int[]) AS asked(customer)
      LEFT JOIN event ON event.customer_id = asked.customer
      GROUP BY asked.customer
    ) AS seen
    WHERE id = seen.customer`);
}
