import sql from 'sql-template-tag';
import { createFakeClock, type FakeClock } from '../../../src/clock.ts';
import { type Db, openDb } from '../../../src/db.ts';
import type { FeatureValue } from '../../../src/features/store/feature-value.ts';
import type { Definition } from '../../../src/features/store/registry.ts';
import { createFeatureStore, type FeatureStore } from '../../../src/features/store/store.ts';
import { createTestDatabase } from '../../helpers/db.ts';

export interface TestEvent {
  readonly customer: number;
  readonly type: string;
  readonly at: Date;
  readonly createdAt?: Date;
  readonly amount?: number | null;
  readonly itemId?: string | null;
  readonly text?: string | null;
  readonly properties?: object;
}

export interface World {
  readonly db: Db;
  readonly clock: FakeClock;
  /** A store of these definitions on the world's database; says nothing. */
  store(...definitions: Definition[]): FeatureStore;
  /** Customers with these ids. */
  addCustomers(ids: readonly number[]): Promise<void>;
  /** Appends events and marks their customers dirty, as ingest does. */
  addEvents(events: readonly TestEvent[]): Promise<void>;
  /** Empties all tables of events and rows. */
  clear(): Promise<void>;
  close(): Promise<void>;
}

/** A database of its own, a clock that stands at 2026-01-01, and one domain. */
export async function createWorld(): Promise<World> {
  const database = await createTestDatabase();
  const db = openDb(database.url);
  const clock = createFakeClock('2026-01-01T00:00:00Z');
  await db.query(sql`insert into domain (id, key) values (1, 'retail')`);
  let messages = 0;
  return {
    db,
    clock,
    store: (...definitions) => createFeatureStore({ db, clock, definitions, print: () => {} }),
    async addCustomers(ids) {
      await db.query(sql`
        insert into customer (id, domain_id) select unnest(${ids}::int[]), 1 on conflict do nothing`);
    },
    async addEvents(events) {
      const rows = events.map((event) => ({
        customer_id: event.customer,
        type: event.type,
        occurred_at: event.at,
        created_at: event.createdAt ?? event.at,
        amount: event.amount ?? null,
        item_id: event.itemId ?? null,
        text: event.text ?? null,
        properties: event.properties ?? {},
        message_id: `m${++messages}`,
      }));
      await db.query(sql`
        insert into event (customer_id, occurred_at, domain_id, origin_customer_id, message_id, type,
          item_id, amount, text, properties, created_at)
        select customer_id, occurred_at, 1, customer_id, message_id, type, item_id, amount, text,
          properties, created_at
        from json_to_recordset(${JSON.stringify(rows)}::json) as r(customer_id int,
          occurred_at timestamptz, message_id text, type text, item_id text, amount float8,
          text text, properties jsonb, created_at timestamptz)`);
      await db.query(sql`
        insert into customer_change (customer_id)
        select unnest(${events.map((event) => event.customer)}::int[])`);
    },
    async clear() {
      await db.query(
        sql`truncate event, customer_change, feature_store.online_row, feature_vector`,
      );
    },
    async close() {
      await db.close();
      await database.drop();
    },
  };
}

/** The value of a feature in a row of `online`. */
export const featureOf = (row: Record<string, unknown> | undefined, name: string): unknown =>
  (row?.[name] as FeatureValue | undefined)?.value;
