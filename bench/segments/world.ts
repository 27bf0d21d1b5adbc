import sql from 'sql-template-tag';
import type { Db } from '../../src/db.ts';
import { ensureEventPartitions, monthsBetween } from '../../src/features/events/partitions.ts';

export const AT = new Date('2024-01-01T00:00:00.000Z');
const FROM = new Date('2022-01-01T00:00:00.000Z');

export interface Sizes {
  readonly customers: number;
  readonly events: number;
}

/**
 * Domain 1 of these sizes and domain 2 of a quarter of them, over two years: 60% view, 20% cart,
 * 17% order, 3% refund, some customers far busier than others; a trait `plan` that half have.
 */
export async function fillWorld(db: Db, { customers, events }: Sizes): Promise<void> {
  await ensureEventPartitions(db, ...monthsBetween(FROM, AT));
  await fillDomain(db, 1, 0, customers, events);
  await fillDomain(db, 2, customers, Math.round(customers / 4), Math.round(events / 4));
  await db.query(
    sql`select setval(pg_get_serial_sequence('customer', 'id'), max(id)) from customer`,
  );
  await db.query(sql`vacuum analyze`);
}

async function fillDomain(
  db: Db,
  domainId: number,
  offset: number,
  customers: number,
  events: number,
) {
  await db.query(sql`insert into domain (id, key) values (${domainId}, ${`bench-${domainId}`})`);
  await db.query(sql`select setseed(0.42)`);
  await db.query(sql`
    insert into customer (id, domain_id, traits)
    select ${offset}::int + n, ${domainId}, case when n % 2 = 0 then jsonb_build_object('plan', (array['free', 'plus', 'pro'])[1 + n / 2 % 3]) else '{}' end
    from generate_series(1, ${customers}::int) n`);
  await db.query(sql`
    insert into trait_value (customer_id, origin_customer_id, name, value, source, at)
    select id, id, 'plan', traits -> 'plan', 'bench', ${FROM.toISOString()}::timestamptz + id % 700 * interval '1 day'
    from customer where domain_id = ${domainId} and traits ? 'plan'`);
  await db.query(sql`
    insert into event (domain_id, customer_id, origin_customer_id, message_id, type, occurred_at, amount, properties)
    select ${domainId}, c, c, n::text, type, at, case when type = 'order' then (n % 10000) / 100.0 end, '{"channel": "web"}'
    from (
      select n, ${offset}::int + 1 + floor(${customers}::int * power(random(), 1.5))::int as c,
             case when n % 100 < 60 then 'view' when n % 100 < 80 then 'cart' when n % 100 < 97 then 'order' else 'refund' end as type,
             date_trunc('milliseconds', ${FROM.toISOString()}::timestamptz + n::float8 / ${events} * (${AT.toISOString()}::timestamptz - ${FROM.toISOString()}::timestamptz)) as at
      from generate_series(1, ${events}::int) n
    ) made`);
}
