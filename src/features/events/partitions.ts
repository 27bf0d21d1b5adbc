import sql, { raw } from 'sql-template-tag';
import type { Db, Queryable } from '../../db.ts';

/** Months from here on get a partition of their own; what is older goes to `event_default`. */
export const FIRST_PARTITION = '1990-01';

/** Held while partitions are made. */
const LOCK = 72_707_004;
const MONTH = /^(\d{4})-(0[1-9]|1[0-2])$/;
const made = new WeakMap<Db, Set<string>>();

/** A month as `YYYY-MM`, in UTC. */
export const monthOf = (instant: Date): string => instant.toISOString().slice(0, 7);

/** The months from that of `from` to that of `to`, both inside; none when they are the wrong way round. */
export function monthsBetween(from: Date, to: Date): string[] {
  const months: string[] = [];
  for (let month = monthOf(from); month <= monthOf(to); month = nextMonth(month))
    months.push(month);
  return months;
}

/**
 * Makes the partitions `event_YYYY_MM` of these months (`YYYY-MM`) where they are missing, all or
 * none. Events of such a month that had gone to `event_default` move over. A partition that somebody
 * has detached stays detached. Returns the months made.
 * It waits for transactions that write events or customers: call it outside of one.
 */
export async function ensureEventPartitions(db: Db, ...months: string[]): Promise<string[]> {
  const known = made.get(db) ?? new Set();
  made.set(db, known);
  const unknown = months.filter((month) => month >= FIRST_PARTITION && !known.has(month));
  const wrong = unknown.find((month) => !MONTH.test(month));
  if (wrong !== undefined) throw new Error(`Not a month: ${wrong}`);
  const missing = await missingMonths(db, unknown);
  const now = missing.length === 0 ? [] : await db.transaction((tx) => makePartitions(tx, missing));
  for (const month of unknown) known.add(month);
  return now;
}

async function missingMonths(db: Queryable, months: readonly string[]): Promise<string[]> {
  if (months.length === 0) return [];
  const rows = await db.query<{ month: string }>(sql`
    SELECT DISTINCT month FROM unnest(${months}::text[]) month
    WHERE to_regclass('event_' || replace(month, '-', '_')) IS NULL ORDER BY month`);
  return rows.map(({ month }) => month);
}

async function makePartitions(tx: Queryable, months: readonly string[]): Promise<string[]> {
  await tx.query(sql`SELECT pg_advisory_xact_lock(${LOCK})`);
  // Attaching takes these three in turn. Taking them first, in the order in which writers do, keeps
  // the two from waiting for each other, and no stray slips in between moving and attaching.
  await tx.query(sql`LOCK TABLE customer IN SHARE ROW EXCLUSIVE MODE`);
  await tx.query(sql`LOCK TABLE ONLY event IN SHARE UPDATE EXCLUSIVE MODE`);
  await tx.query(sql`LOCK TABLE event_default IN ACCESS EXCLUSIVE MODE`);
  // Another process may have made some while we waited.
  const missing = await missingMonths(tx, months);
  for (const month of missing) await makePartition(tx, month);
  return missing;
}

/** A month that has rows in the default partition cannot be attached before they are out of there. */
async function makePartition(tx: Queryable, month: string): Promise<void> {
  // DDL takes no parameters; `month` has the form that MONTH asks for and nothing else.
  const name = raw(`event_${month.replace('-', '_')}`);
  const [from, to] = [`${month}-01 00:00:00+00`, `${nextMonth(month)}-01 00:00:00+00`];
  await tx.query(sql`CREATE TABLE ${name} (LIKE event INCLUDING ALL)`);
  await tx.query(sql`
    WITH stray AS (
      DELETE FROM event_default
      WHERE occurred_at >= ${from}::timestamptz AND occurred_at < ${to}::timestamptz
      RETURNING *
    )
    INSERT INTO ${name} SELECT * FROM stray`);
  await tx.query(sql`
    ALTER TABLE event ATTACH PARTITION ${name}
    FOR VALUES FROM (${raw(`'${from}'`)}) TO (${raw(`'${to}'`)})`);
}

function nextMonth(month: string): string {
  const [year = 0, index = 0] = month.split('-').map(Number);
  return monthOf(new Date(Date.UTC(year, index, 1)));
}
