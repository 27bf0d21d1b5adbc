import sql from 'sql-template-tag';
import { type Actor, systemActor } from '../../../../src/auth.ts';
import { createFakeClock, type FakeClock } from '../../../../src/clock.ts';
import { type Db, openDb } from '../../../../src/db.ts';
import { type Catalogs, emptyCatalog } from '../../../../src/features/segments/catalog.ts';
import type { SegmentDeps } from '../../../../src/features/segments/deps.ts';
import {
  refreshCustomers,
  refreshDue,
} from '../../../../src/features/segments/store/refresh-customers.ts';
import { createLogger } from '../../../../src/logger.ts';
import { createTestDatabase } from '../../../helpers/db.ts';

export const NOON = '2024-03-01T12:00:00.000Z';
export const DAY = 86_400_000;

/** A database with one domain, "shop", and a clock at NOON. */
export interface World {
  readonly deps: SegmentDeps & { readonly clock: FakeClock; readonly db: Db };
  readonly actor: Actor;
  readonly url: string;
  customer(): Promise<number>;
  /** `ago` is counted from NOON in milliseconds. */
  event(customerId: number, type: string, ago?: number, properties?: object): Promise<void>;
  trait(customerId: number, name: string, value: unknown, ago?: number): Promise<void>;
  /** What a refresh job does after these customers' data has changed. */
  touched(...customerIds: number[]): Promise<void>;
  /** What the tick does. */
  tick(): Promise<void>;
  close(): Promise<void>;
}

export async function createWorld(
  catalogs: Catalogs = { features: emptyCatalog, predictions: emptyCatalog },
): Promise<World> {
  const database = await createTestDatabase();
  const db = openDb(database.url);
  const clock = createFakeClock(NOON);
  const deps = { db, clock, log: createLogger({ logLevel: 'silent', mode: 'test' }), catalogs };
  const [domain] = await db.query<{ id: number }>(
    sql`insert into domain (key) values ('shop') returning id`,
  );
  const domainId = domain?.id ?? 0;
  const instant = (ago: number) => new Date(Date.parse(NOON) - ago).toISOString();
  return {
    deps,
    actor: systemActor('test'),
    url: database.url,
    customer: async () => {
      const [row] = await db.query<{ id: number }>(
        sql`insert into customer (domain_id) values (${domainId}) returning id`,
      );
      return row?.id ?? 0;
    },
    event: async (customerId, type, ago = 0, properties = {}) => {
      await db.query(sql`
        insert into event (customer_id, origin_customer_id, domain_id, message_id, occurred_at, type, properties)
        values (${customerId}, ${customerId}, ${domainId}, gen_random_uuid(), ${instant(ago)}::timestamptz, ${type}, ${JSON.stringify(properties)}::jsonb)`);
    },
    trait: async (customerId, name, value, ago = 0) => {
      await db.query(sql`
        insert into trait_value (customer_id, origin_customer_id, name, value, source, at)
        values (${customerId}, ${customerId}, ${name}, ${JSON.stringify(value)}::jsonb, 'test', ${instant(ago)}::timestamptz)`);
    },
    touched: async (...ids) => {
      await db.transaction((tx) => refreshCustomers(deps, tx, ids, clock.now()));
    },
    tick: async () => {
      await db.transaction((tx) => refreshDue(deps, tx, clock.now(), 1_000));
    },
    close: async () => {
      await db.close();
      await database.drop();
    },
  };
}
