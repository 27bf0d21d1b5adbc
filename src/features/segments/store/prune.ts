import sql from 'sql-template-tag';
import type { Queryable } from '../../../db.ts';

/**
 * Forgets at most `limit` of the membership changes that were noticed before an instant: nobody
 * reads the outbox that late. Stays, which are the history, are kept.
 *
 * @returns how many rows went: fewer than `limit` when no more are.
 */
export async function pruneSegmentChanges(
  db: Queryable,
  before: Date,
  limit = 100_000,
): Promise<number> {
  const [row] = await db.query<{ n: number }>(sql`
    with gone as (
      delete from segment_change where (customer_id, id) in (
        select customer_id, id from segment_change
        where created_at < ${before.toISOString()}::timestamptz limit ${limit})
      returning 1)
    select count(*) as n from gone`);
  return row?.n ?? 0;
}
