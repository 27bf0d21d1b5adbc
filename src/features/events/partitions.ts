import sql, { raw } from 'sql-template-tag';
import type { Db } from '../../db.ts';

/** Months from here on get a partition of their own; what is older goes to `event_default`. */
export const FIRST_PARTITION = '1990-01';

/** A month as `YYYY-MM`, in UTC. */
export const monthOf = (instant: Date): string => instant.toISOString().slice(0, 7);

const MONTH = /^(\d{4})-(0[1-9]|1[0-2])$/;
const made = new WeakMap<Db, Set<string>>();

/**
 * Makes the partitions `event_YYYY_MM` of these months (`YYYY-MM`) where they are missing.
 * Transactions that insert go on beside it: it waits for them, so call it outside of one.
 */
export async function ensureEventPartitions(db: Db, ...months: string[]): Promise<void> {
  const known = made.get(db) ?? new Set();
  made.set(db, known);
  const missing = months.filter((month) => month >= FIRST_PARTITION && !known.has(month));
  for (const month of [...new Set(missing)].sort()) {
    await ensurePartition(db, month);
    known.add(month);
  }
}

async function ensurePartition(db: Db, month: string): Promise<void> {
  if (!MONTH.test(month)) throw new Error(`Not a month: ${month}`);
  const name = `event_${month.replace('-', '_')}`;
  const [found] = await db.query<{ exists: boolean }>(
    sql`SELECT to_regclass(${name}) IS NOT NULL AS exists`,
  );
  if (found?.exists) return;
  // DDL takes no parameters; `month` has the form that MONTH asks for and nothing else.
  await db.transaction(async (tx) => {
    await tx.query(sql`SELECT pg_advisory_xact_lock(72707004)`);
    await tx.query(sql`
      CREATE TABLE IF NOT EXISTS ${raw(name)} PARTITION OF event
      FOR VALUES FROM (${raw(`'${month}-01 00:00:00+00'`)}) TO (${raw(`'${nextMonth(month)}-01 00:00:00+00'`)})`);
  });
}

function nextMonth(month: string): string {
  const [year = 0, index = 0] = month.split('-').map(Number);
  return monthOf(new Date(Date.UTC(year, index, 1)));
}
