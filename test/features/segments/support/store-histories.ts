import sql from 'sql-template-tag';
import type { Queryable } from '../../../../src/db.ts';
import type { Catalogs, FeatureCatalog } from '../../../../src/features/segments/catalog.ts';
import type { RawHistory } from './arbitrary-history.ts';
import { SEGMENTS } from './arbitrary-rule.ts';

/** How long a reading of the feature "score" stands in these tests. */
export const RECHECK_MS = 3_600_000;

const catalog = (known: readonly string[]): FeatureCatalog => ({
  lookup: (name) =>
    known.includes(name)
      ? {
          valueSql: sql`select customer_id, value from fuzz_reading where name = ${name}`,
          ...(name === 'score' && { recheckMs: RECHECK_MS }),
        }
      : undefined,
});

export const catalogs: Catalogs = {
  features: catalog(['spend', 'score']),
  predictions: catalog(['churn']),
};

/** What the histories need beside Cameo's tables. */
export async function prepareWorld(db: Queryable): Promise<void> {
  await db.query(
    sql`create table fuzz_reading (customer_id int, name text, value jsonb, primary key (customer_id, name))`,
  );
  await db.query(sql`insert into domain (key) values ('fuzz')`);
  for (const key of SEGMENTS)
    await db.query(
      sql`insert into segment (key, domain_id, name, kind) select ${key}, id, ${key}, 'STATIC' from domain where key = 'fuzz'`,
    );
}

/** Stores each history as a customer of a new domain; the domain's id and the customers' in order. */
export async function storeHistories(db: Queryable, histories: readonly RawHistory[]) {
  const [domain] = await db.query<{ id: number }>(
    sql`insert into domain (key) values (gen_random_uuid()::text) returning id`,
  );
  const domainId = domain?.id ?? 0;
  const rows = await db.query<{ id: number }>(
    sql`insert into customer (domain_id) select ${domainId} from generate_series(1, ${histories.length}::int) returning id`,
  );
  const ids = rows.map((row) => row.id);
  await insertEvents(db, domainId, histories, ids);
  await insertRest(db, histories, ids);
  return { domainId, ids };
}

const flat = <Row extends object>(
  histories: readonly RawHistory[],
  ids: readonly number[],
  pick: (history: RawHistory) => readonly Row[],
): string =>
  JSON.stringify(histories.flatMap((h, i) => pick(h).map((row) => ({ ...row, customer: ids[i] }))));

async function insertEvents(
  db: Queryable,
  domainId: number,
  histories: readonly RawHistory[],
  ids: readonly number[],
): Promise<void> {
  await db.query(sql`
    insert into event (customer_id, origin_customer_id, domain_id, message_id, occurred_at, type, amount, currency, item_id, text, properties)
    select customer, customer, ${domainId}, gen_random_uuid(), to_timestamp("occurredAt"::numeric / 1000), type, amount, currency, "itemId", text, coalesce(properties, 'null')
    from rows from (jsonb_to_recordset(${flat(histories, ids, (h) => h.events)}::jsonb)
         as (customer int, "occurredAt" int8, type text, amount float8, currency text, "itemId" text, text text, properties jsonb))
         with ordinality order by ordinality`);
}

async function insertRest(
  db: Queryable,
  histories: readonly RawHistory[],
  ids: readonly number[],
): Promise<void> {
  await db.query(sql`
    insert into trait_value (customer_id, origin_customer_id, name, value, source, at)
    select customer, customer, name, coalesce(value, 'null'), 'test', to_timestamp(at::numeric / 1000)
    from rows from (jsonb_to_recordset(${flat(histories, ids, (h) => h.traits)}::jsonb) as (customer int, name text, at int8, value jsonb))
         with ordinality order by ordinality`);
  const readings = flat(histories, ids, (h) =>
    Object.entries(h.readings).map(([name, value]) => ({ name, value })),
  );
  await db.query(sql`
    insert into fuzz_reading select customer, name, coalesce(value, 'null')
    from jsonb_to_recordset(${readings}::jsonb) as (customer int, name text, value jsonb)`);
  await db.query(sql`
    insert into segment_membership (customer_id, segment_id, entered_at, exited_at)
    select customer, s.id, to_timestamp(entered::numeric / 1000), to_timestamp(exited::numeric / 1000)
    from jsonb_to_recordset(${flat(histories, ids, (h) => h.stays)}::jsonb) as (customer int, key text, entered int8, exited int8)
    join segment s using (key)`);
  await db.query(sql`
    insert into segment_transition (customer_id, segment_id, at)
    select customer, s.id, to_timestamp(r.at::numeric / 1000)
    from jsonb_to_recordset(${flat(histories, ids, (h) => h.due)}::jsonb) as r (customer int, key text, at int8)
    join segment s using (key)`);
}
