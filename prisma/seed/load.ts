import sql, { raw } from 'sql-template-tag';
import type { Db, Queryable } from '../../src/db.ts';
import { copyLines } from '../../src/features/events/copy-lines.ts';
import { ensureEventPartitions, monthsBetween } from '../../src/features/events/partitions.ts';
import { DAY, HISTORY_DAYS } from './calendar.ts';
import { generateDemo } from './generate.ts';
import { type Keys, type TableRows, tablesOf } from './rows.ts';
import type { DemoDomain, DemoOptions, DemoWorld } from './world.ts';

export interface SeedDeps {
  db: Db;
  /** The end of the demo's history. */
  now: Date;
  seed?: number;
  /** 2,000 people, 60,000 events and 8,000 texts unless said otherwise. */
  size?: Pick<DemoOptions, 'people' | 'events' | 'texts'>;
  /** Rows written so far and in all, and the table at hand. */
  onProgress?: (done: number, total: number, what: string) => void;
}

export interface SeedCounts {
  customers: number;
  events: number;
  texts: number;
  labels: number;
}

const SIZE = { people: 2000, events: 60_000, texts: 8000 };
const SEED = 20_261_122;
const DOMAINS: readonly DemoDomain[] = ['retail', 'finance'];
/** Held while seeding: of two processes that start at once, one seeds. */
const LOCK = 72_707_005;
const CHUNK = 5000;

/**
 * Fills the domains retail and finance with the demo's people, events, texts and true labels, in one
 * transaction: killed half-way, nothing is there and the next call seeds again. Where either domain
 * has a customer already it does nothing and counts 0. Same seed and `now`, same rows.
 */
export async function seedDemo(deps: SeedDeps): Promise<SeedCounts> {
  const from = new Date(deps.now.getTime() - (HISTORY_DAYS + 1) * DAY);
  await ensureEventPartitions(deps.db, ...monthsBetween(from, deps.now));
  return deps.db.transaction(async (tx) => {
    await tx.query(sql`SELECT pg_advisory_xact_lock(${LOCK})`);
    if (await hasCustomers(tx)) return { customers: 0, events: 0, texts: 0, labels: 0 };
    const world = generateDemo({ ...(deps.size ?? SIZE), seed: deps.seed ?? SEED, now: deps.now });
    const tables = tablesOf(world, await reserveKeys(tx, world, deps.now));
    await copyTables(tx, tables, deps.onProgress ?? (() => {}));
    await analyze(tx, tables);
    return countsOf(world);
  });
}

function countsOf({ customers, events, labels }: DemoWorld): SeedCounts {
  const texts = events.filter(({ text }) => text !== undefined).length;
  return { customers: customers.length, events: events.length, texts, labels: labels.length };
}

async function hasCustomers(tx: Queryable): Promise<boolean> {
  const [row] = await tx.query<{ found: boolean }>(sql`
    SELECT EXISTS (
      SELECT FROM customer JOIN domain ON domain.id = domain_id WHERE key = ANY(${[...DOMAINS]})
    ) AS found`);
  return row?.found ?? false;
}

/** The domains' ids, and an id drawn for each customer. */
async function reserveKeys(tx: Queryable, world: DemoWorld, now: Date): Promise<Keys> {
  await tx.query(sql`
    INSERT INTO domain (key, created_at) SELECT key, ${now} FROM unnest(${[...DOMAINS]}::text[]) key
    ON CONFLICT DO NOTHING`);
  const domains = await tx.query<{ id: number; key: DemoDomain }>(sql`
    SELECT id, key FROM domain WHERE key = ANY(${[...DOMAINS]})`);
  const drawn = await tx.query<{ id: number }>(sql`
    SELECT nextval(pg_get_serial_sequence('customer', 'id'))::int id
    FROM generate_series(1, ${world.customers.length})`);
  const domainId = (wanted: DemoDomain) =>
    domains.find(({ key }) => key === wanted)?.id ?? Number.NaN;
  return {
    domainIds: { retail: domainId('retail'), finance: domainId('finance') },
    customerIds: new Map(
      world.customers.map(({ ref }, index) => [ref, drawn[index]?.id ?? Number.NaN]),
    ),
    createdAt: now.toISOString(),
  };
}

async function copyTables(
  tx: Queryable,
  tables: readonly TableRows[],
  onProgress: (done: number, total: number, what: string) => void,
): Promise<void> {
  const total = tables.reduce((sum, { rows }) => sum + rows.length, 0);
  let done = 0;
  for (const { table, columns, rows } of tables) {
    for (let first = 0; first < rows.length; first += CHUNK) {
      onProgress(done, total, table);
      const chunk = rows.slice(first, first + CHUNK);
      await tx.copyIn(`COPY ${table} (${columns.join(', ')}) FROM STDIN`, copyLines(chunk));
      done += chunk.length;
    }
  }
  onProgress(done, total, 'done');
}

/** Plans are poor until the planner has seen the rows, and autovacuum takes a minute to come by. */
async function analyze(tx: Queryable, tables: readonly TableRows[]): Promise<void> {
  await tx.query(sql`ANALYZE ${raw(tables.map(({ table }) => table).join(', '))}`);
}
