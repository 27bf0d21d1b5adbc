import sql from 'sql-template-tag';
import type { Queryable } from '../../../db.ts';
import { lockSegment } from './locks.ts';
import { announce, type Change, writeChanges } from './write-changes.ts';

/**
 * Makes these customers, and no others, the members of a segment from `at` on: the way in for static
 * lists and for learned segments. History, outbox and notification as for rules; those who came or
 * went are marked as changed, so that rules which use this segment are evaluated for them.
 */
export async function setMembers(
  tx: Queryable,
  segmentId: number,
  customerIds: readonly number[],
  at: Date,
): Promise<void> {
  await lockSegment(tx, segmentId);
  const rows = await tx.query<{ id: number; entered: boolean }>(sql`
    select coalesce(x.id, m.customer_id) as id, m.customer_id is null as entered
    from (select distinct id from unnest(${customerIds}::int4[]) as u (id)) x
    full join (select customer_id from segment_membership
               where segment_id = ${segmentId} and exited_at is null) m on m.customer_id = x.id
    where x.id is null or m.customer_id is null`);
  const changes: Change[] = rows.map(({ id, entered }) => ({
    segmentId,
    customerId: id,
    entered,
    at,
  }));
  await writeChanges(tx, changes);
  await tx.query(sql`
    insert into customer_change (customer_id)
    select id from unnest(${rows.map((row) => row.id)}::int4[]) as x (id)`);
  await tx.query(sql`
    update segment set refreshed_at = ${at.toISOString()}::timestamptz, error = null, error_at = null
    where id = ${segmentId}`);
  if (changes.length > 0) await announce(tx);
}
