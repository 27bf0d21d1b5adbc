import sql from 'sql-template-tag';
import type { Deps } from '../../src/context.ts';
import type { EventInput } from '../../src/features/events/event-input.ts';
import { ensureEventPartitions, monthOf } from '../../src/features/events/partitions.ts';

export const CALL = 5_000;
const MONTHS = 24;
const DAY = 86_400_000;

/** A database with this many events of a domain `bench`, spread over two years. */
export async function fillWorld(
  { db, clock }: Deps,
  sizes: { events: number; customers: number },
): Promise<void> {
  const end = clock.now();
  const months = Array.from({ length: MONTHS + 1 }, (_, back) =>
    monthOf(new Date(end.getTime() - back * 30 * DAY)),
  );
  await ensureEventPartitions(db, ...months);
  const { customers, events } = sizes;
  await db.query(sql`INSERT INTO domain (key) VALUES ('bench')`);
  await db.query(sql`
    INSERT INTO customer (id, domain_id, traits)
    SELECT n, 1, jsonb_build_object('country', n % 40, 'tier', n % 4)
    FROM generate_series(1, ${customers}::int) n`);
  await db.query(sql`SELECT setval(pg_get_serial_sequence('customer', 'id'), ${customers}::int)`);
  await db.query(sql`
    INSERT INTO identity (domain_id, kind, value, customer_id, origin_customer_id)
    SELECT 1, 'user_id', 'user-' || n, n, n FROM generate_series(1, ${customers}::int) n`);
  await db.query(sql`
    INSERT INTO event (domain_id, customer_id, origin_customer_id, message_id, type, occurred_at,
      item_id, amount, currency, properties)
    SELECT 1, c, c, 'old-' || n, 'order', ${end}::timestamptz - random() * interval '720 days',
      'item-' || n % 5000, n % 100, 'GBP', '{"quantity": 3, "country": "France"}'
    FROM (
      SELECT n, 1 + (random() * (${customers}::int - 1))::int AS c
      FROM generate_series(1, ${events}::int) n
    ) AS fresh`);
  await db.query(sql`
    INSERT INTO event_receipt SELECT domain_id, message_id, customer_id, occurred_at FROM event`);
  await db.query(sql`
    UPDATE customer SET first_seen_at = first, last_seen_at = last
    FROM (
      SELECT customer_id, min(occurred_at) AS first, max(occurred_at) AS last
      FROM event GROUP BY 1
    ) AS seen WHERE id = customer_id`);
  await db.query(sql`VACUUM ANALYZE`);
  await db.query(sql`CHECKPOINT`);
}

/** One call's events: of random known customers, in the last 30 days, none seen before. */
export function makeCall(
  customers: number,
  now: Date,
  name: string,
  random: () => number,
): EventInput[] {
  return Array.from({ length: CALL }, (_, index) => {
    const n = Math.floor(random() * 1e6);
    return {
      messageId: `${name}-${index}`,
      type: n % 3 === 0 ? 'view' : 'order',
      occurredAt: new Date(now.getTime() - Math.floor(random() * 30 * DAY)),
      identities: [{ kind: 'user_id', value: `user-${1 + (n % customers)}` }],
      properties: { quantity: n % 7, country: 'France', description: 'Travel mug, enamel' },
      amount: n / 100,
      currency: 'GBP',
      itemId: `item-${n % 5000}`,
    };
  });
}
