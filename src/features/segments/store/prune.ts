import sql from 'sql-template-tag';
import type { Queryable } from '../../../db.ts';

/**
 * Forgets what the outbox and the webhooks have done with before an instant: changes, and deliveries
 * that were taken or given up. Stays, which are the history, are kept.
 *
 * @returns how many rows went.
 */
export async function pruneSegmentChanges(db: Queryable, before: Date): Promise<number> {
  const instant = sql`${before.toISOString()}::timestamptz`;
  const [row] = await db.query<{ n: number }>(sql`
    with changes as (delete from segment_change where created_at < ${instant} returning 1),
         deliveries as (
           delete from webhook_delivery
           where next_attempt_at is null and created_at < ${instant} returning 1)
    select (select count(*) from changes) + (select count(*) from deliveries) as n`);
  return row?.n ?? 0;
}
