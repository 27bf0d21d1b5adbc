import sql from 'sql-template-tag';
import type { Queryable } from '../../../db.ts';

/*
 * Locks are taken in this order, each list ascending, so that nobody waits in a circle:
 *   1. the definitions: by those who save and delete segments
 *   2. segments: shared by who refreshes some customers, alone by who refreshes everybody
 *   3. the rows of customers: by who refreshes some customers
 */
const DEFINITIONS = 72_707_101;
const SEGMENTS = 72_707_102;

export async function lockDefinitions(tx: Queryable): Promise<void> {
  await tx.query(sql`select pg_advisory_xact_lock(${DEFINITIONS}::int, 0)`);
}

/** One segment's members, against every other refresh of it. */
export async function lockSegment(tx: Queryable, segmentId: number): Promise<void> {
  await tx.query(sql`select pg_advisory_xact_lock(${SEGMENTS}::int, ${segmentId}::int)`);
}

/** All segments, against a refresh of everybody. */
export async function shareSegments(tx: Queryable): Promise<void> {
  await tx.query(sql`
    select pg_advisory_xact_lock_shared(${SEGMENTS}::int, id)
    from (select id from segment order by id) s`);
}

/** These customers, against other refreshes of them. */
export async function lockCustomers(tx: Queryable, customerIds: readonly number[]): Promise<void> {
  await tx.query(sql`
    select id from customer where id = any(${customerIds}::int4[]) order by id for no key update`);
}
