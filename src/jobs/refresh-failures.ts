import sql from 'sql-template-tag';
import type { Queryable } from '../db.ts';

const FIRST_WAIT_SECONDS = 60;
const LONGEST_WAIT_SECONDS = 86_400;
const LONGEST_MESSAGE = 2_000;

/** Writes down that a customer could not be refreshed, and when to try again: after 1, 2, 4 ... minutes. */
export async function recordRefreshFailure(
  tx: Queryable,
  customerId: number,
  error: unknown,
  at: Date,
): Promise<void> {
  const text = error instanceof Error ? error.message : String(error);
  const message = text.replaceAll('\0', '').slice(0, LONGEST_MESSAGE);
  await tx.query(sql`
    insert into refresh_failure as known (customer_id, error, failed_at, retry_at)
    values (${customerId}, ${message}, ${at},
            ${at}::timestamptz + make_interval(secs => ${FIRST_WAIT_SECONDS}))
    on conflict (customer_id) do update set
      error = excluded.error, failed_at = excluded.failed_at, attempts = known.attempts + 1,
      retry_at = excluded.failed_at + make_interval(secs =>
        least(${FIRST_WAIT_SECONDS} * 2.0 ^ least(known.attempts, 20), ${LONGEST_WAIT_SECONDS}))`);
}

/** These customers are well again. */
export async function clearRefreshFailures(tx: Queryable, ids: readonly number[]): Promise<void> {
  await tx.query(sql`delete from refresh_failure where customer_id = any(${ids}::int[])`);
}

/** Those of `ids` that failed the last time. */
export function knownFailures(tx: Queryable, ids: readonly number[]): Promise<number[]> {
  return idsOf(
    tx.query(sql`select customer_id from refresh_failure where customer_id = any(${ids}::int[])`),
  );
}

/** Customers whose next try is due. */
export function dueFailures(tx: Queryable, at: Date, limit: number): Promise<number[]> {
  return idsOf(
    tx.query(sql`
      select customer_id from refresh_failure where retry_at <= ${at}
      order by retry_at limit ${limit}`),
  );
}

async function idsOf(rows: Promise<object[]>): Promise<number[]> {
  return ((await rows) as { customer_id: number }[]).map((row) => row.customer_id);
}
