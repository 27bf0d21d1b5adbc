import sql from 'sql-template-tag';
import { type Db, openDb } from '../../src/db.ts';
import { ensureEventPartitions, monthsBetween } from '../../src/features/events/partitions.ts';
import { withBenchDatabase } from '../ingest/database.ts';

/** Runs `work` on an embedded PostgreSQL of its own, with the settings that `npm start` uses. */
export const withDatabase = (work: (db: Db) => Promise<void>): Promise<void> =>
  withBenchDatabase(async (url) => {
    const db = openDb(url);
    try {
      await db.query(sql`insert into domain (id, key) values (1, 'retail')`);
      await work(db);
    } finally {
      await db.close();
    }
  });

/** `--rows=1000` on the command line, or the default. */
export function size(name: string, fallback: number): number {
  const given = process.argv.find((argument) => argument.startsWith(`--${name}=`));
  return given === undefined ? fallback : Number(given.slice(name.length + 3));
}

export const DAY = 86_400_000;
export const NOW = new Date('2026-01-01T00:00:00Z');

/** Orders of customers 1 to `customers`, over two years up to NOW, spread evenly. */
export async function addEvents(db: Db, customers: number, events: number): Promise<void> {
  await db.query(sql`
    insert into customer (id, domain_id) select n, 1 from generate_series(1, ${customers}::int) n
    on conflict do nothing`);
  const months = monthsBetween(new Date(NOW.getTime() - 740 * DAY), NOW);
  await ensureEventPartitions(db, ...months);
  const [{ n: before } = { n: 0 }] = await db.query<{ n: number }>(
    sql`select count(*) as n from event`,
  );
  await db.query(sql`select setseed(0.5)`);
  await db.query(sql`
    insert into event (customer_id, occurred_at, domain_id, origin_customer_id, message_id, type,
      item_id, amount, properties, created_at)
    select c, at, 1, c, 'm' || n, case when n % 4 = 0 then 'visit' else 'order' end, 'item' || (n % 1000),
      (n % 9973) / 100.0, '{"category": "c"}'::jsonb || jsonb_build_object('category', 'c' || (n % 20)), at
    from (
      select n, 1 + (n::int8 * 7919 % ${customers}::int)::int as c,
        ${NOW}::timestamptz - random() * interval '730 days' as at
      from generate_series(${before + 1}::int, ${before + events}::int) n) made`);
  await db.pool.query('vacuum analyze event');
  await db.pool.query('analyze customer');
}
