import { pino } from 'pino';
import sql from 'sql-template-tag';
import { createFakeClock, type FakeClock } from '../../src/clock.ts';
import { type Db, openDb } from '../../src/db.ts';
import type { Logger } from '../../src/logger.ts';
import { createTestDatabase } from './db.ts';

/** A database of its own, a clock that stands still, and short ways to put people and events in. */
export interface World {
  readonly db: Db;
  readonly clock: FakeClock;
  readonly log: Logger;
  readonly url: string;
  addCustomer(customer?: Partial<NewCustomer>): Promise<number>;
  addEvent(customerId: number, event: NewEvent): Promise<void>;
  close(): Promise<void>;
}

interface NewCustomer {
  domain: string;
  traits: Record<string, unknown>;
  identities: { kind: string; value: string }[];
  firstSeenAt: string | null;
  lastSeenAt: string | null;
}

interface NewEvent {
  type: string;
  at: string;
  amount?: number;
  itemId?: string;
  text?: string;
  properties?: Record<string, unknown>;
}

export const NOW = '2026-03-01T12:00:00.000Z';

export async function createWorld(now: string = NOW): Promise<World> {
  const database = await createTestDatabase();
  const db = openDb(database.url);
  let events = 0;
  return {
    db,
    url: database.url,
    clock: createFakeClock(now),
    log: pino({ level: 'silent' }),
    addCustomer: (customer = {}) => insertCustomer(db, customer),
    addEvent: async (customerId, event) => {
      events += 1;
      await insertEvent(db, customerId, `message-${events}`, event);
    },
    close: async () => {
      await db.close();
      await database.drop();
    },
  };
}

async function insertCustomer(db: Db, customer: Partial<NewCustomer>): Promise<number> {
  const { domain = 'retail', traits = {}, identities = [] } = customer;
  const [row] = await db.query<{ id: number; domainId: number }>(sql`
    with d as (insert into domain (key) values (${domain})
      on conflict (key) do update set key = excluded.key returning id)
    insert into customer (domain_id, traits, first_seen_at, last_seen_at)
    select id, ${JSON.stringify(traits)}::jsonb, ${customer.firstSeenAt ?? null}::timestamptz,
      ${customer.lastSeenAt ?? null}::timestamptz
    from d returning id, domain_id as "domainId"`);
  if (!row) throw new Error('no customer was inserted');
  for (const { kind, value } of identities)
    await db.query(sql`insert into identity (domain_id, kind, value, customer_id, origin_customer_id)
      values (${row.domainId}, ${kind}, ${value}, ${row.id}, ${row.id})`);
  return row.id;
}

async function insertEvent(db: Db, customerId: number, messageId: string, event: NewEvent) {
  await db.query(sql`
    insert into event (customer_id, origin_customer_id, domain_id, message_id, type, occurred_at,
      amount, item_id, text, properties)
    select id, id, domain_id, ${messageId}, ${event.type}, ${event.at}::timestamptz,
      ${event.amount ?? null}::float8, ${event.itemId ?? null}, ${event.text ?? null},
      ${JSON.stringify(event.properties ?? {})}::jsonb
    from customer where id = ${customerId}`);
}
