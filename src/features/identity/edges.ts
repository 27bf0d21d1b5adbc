import sql from 'sql-template-tag';
import type { Queryable } from '../../db.ts';
import type { Edge } from './merge-stays.ts';

/** A merge as it was written down. `reverted`: an unmerge has taken it back. */
export interface MergeEdge extends Edge {
  readonly domainId: number;
  readonly domain: string;
  readonly reverted: boolean;
}

export async function findMerge(tx: Queryable, id: number): Promise<MergeEdge | undefined> {
  const rows = await tx.query<MergeEdge>(sql`
    SELECT edge.id, into_id AS into, from_id AS from, domain_id AS "domainId", domain.key AS domain,
      EXISTS (SELECT FROM identity_merge AS undo WHERE undo.reverts_id = edge.id) AS reverted
    FROM identity_merge AS edge JOIN domain ON domain.id = edge.domain_id
    WHERE edge.id = ${id} AND edge.reverts_id IS NULL`);
  return rows[0];
}

/**
 * The customer and all that were merged into it, directly or not, and not taken back: itself first,
 * then in the order of the merges.
 */
export async function membersOf(tx: Queryable, customer: number): Promise<number[]> {
  const rows = await tx.query<{ id: number }>(sql`
    WITH RECURSIVE standing AS (
      SELECT id, into_id, from_id FROM identity_merge AS edge
      WHERE reverts_id IS NULL
        AND NOT EXISTS (SELECT FROM identity_merge AS undo WHERE undo.reverts_id = edge.id)
    ), member AS (
      SELECT ${customer}::int AS id, 0 AS edge
      UNION ALL
      SELECT standing.from_id, standing.id FROM member JOIN standing ON standing.into_id = member.id
    )
    SELECT id FROM member ORDER BY edge`);
  return rows.map(({ id }) => id);
}
