import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import sql, { raw } from 'sql-template-tag';
import { type SeedCounts, seedDemo } from '../../prisma/seed/load.ts';
import { createWorld, type World } from '../helpers/world.ts';
import { demoOptions, demoWorld } from './demo.ts';

const TABLES = [
  'domain',
  'customer',
  'identity',
  'trait_value',
  'event',
  'event_receipt',
  'label',
  'customer_change',
];
const { seed, now } = demoOptions;

let worlds: [World, World];
let counts: SeedCounts;
let seconds: number;
const progress: { done: number; total: number; what: string }[] = [];

beforeAll(async () => {
  worlds = [await createWorld(), await createWorld()];
  const begun = process.cpuUsage();
  counts = await seedDemo({
    db: worlds[0].db,
    now,
    seed,
    onProgress: (done, total, what) => progress.push({ done, total, what }),
  });
  const { user, system } = process.cpuUsage(begun);
  seconds = (user + system) / 1_000_000;
}, 120_000);

afterAll(() => Promise.all(worlds.map((world) => world.close())));

/** The number of rows of each table, and a digest of all columns of all rows. */
async function digests(
  world: World,
): Promise<Record<string, { count: number; digest: string | null } | undefined>> {
  const entries = TABLES.map(async (table) => {
    const [row] = await world.db.query<{ count: number; digest: string | null }>(sql`
      SELECT count(*) AS count, md5(string_agg(t::text, chr(10) ORDER BY t::text COLLATE "C")) digest
      FROM ${raw(table)} t`);
    return [table, row] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

async function countRows(world: World): Promise<number[]> {
  const found = await digests(world);
  return TABLES.map((table) => found[table]?.count ?? Number.NaN);
}

describe('seedDemo', () => {
  // The wall clock is allowed 20 s, but what else the machine runs is none of this test's business.
  it('takes less than 10 s of processor time', () => {
    expect(seconds).toBeLessThan(10);
  });

  it('writes the whole made-up world', async () => {
    const { customers, events, labels } = demoWorld();
    expect(counts).toEqual({ customers: 2000, events: 60_000, texts: 8000, labels: labels.length });
    const sum = (lengths: number[]) => lengths.reduce((total, length) => total + length, 0);
    expect(await countRows(worlds[0])).toEqual([
      2,
      2000,
      sum(customers.map(({ identities }) => identities.length)),
      sum(customers.map(({ traitHistory }) => traitHistory.length)),
      events.length,
      events.length,
      labels.length,
      2000,
    ]);
  });

  it('reports progress up to the last row', () => {
    const done = progress.map((step) => step.done);
    expect(done).toEqual([...done].sort((a, b) => a - b));
    expect(done.at(-1)).toBe(progress[0]?.total);
    expect(progress.map(({ what }) => what)).toContain('event');
  });

  it('leaves no event in the default partition', async () => {
    expect(await worlds[0].db.query(sql`SELECT FROM event_default`)).toEqual([]);
  });

  it('keeps an event as it was made', async () => {
    const made = demoWorld().events.find(
      ({ text, itemId }) => text !== undefined && itemId !== undefined,
    );
    const [stored] = await worlds[0].db.query(sql`
      SELECT type, occurred_at AS "occurredAt", properties, text, item_id AS "itemId", value AS "customerRef"
      FROM event JOIN identity USING (customer_id)
      WHERE message_id = ${made?.messageId} AND kind = 'user_id'`);
    const { type, occurredAt, properties, text, itemId, customerRef } = made ?? {};
    expect(stored).toEqual({ type, occurredAt, properties, text, itemId, customerRef });
  });

  it('sees a customer first and last at the ends of the events', async () => {
    const wrong = await worlds[0].db.query(sql`
      SELECT customer.id FROM customer JOIN event ON customer_id = customer.id
      GROUP BY customer.id, first_seen_at, last_seen_at
      HAVING min(occurred_at) <> first_seen_at OR max(occurred_at) <> last_seen_at`);
    expect(wrong).toEqual([]);
  });

  it('does nothing where there are customers', async () => {
    const before = await countRows(worlds[0]);
    expect(await seedDemo({ db: worlds[0].db, now, seed })).toEqual({
      customers: 0,
      events: 0,
      texts: 0,
      labels: 0,
    });
    expect(await countRows(worlds[0])).toEqual(before);
  });

  it('leaves nothing behind when its connection is killed, and then seeds the same rows again', async () => {
    const [seeded, killed] = worlds;
    let killing: Promise<unknown> | undefined;
    const onProgress = (_: number, __: number, what: string) => {
      if (what === 'event') killing ??= killOthers(killed);
    };
    await expect(seedDemo({ db: killed.db, now, seed, onProgress })).rejects.toThrow();
    await killing;
    expect(await countRows(killed)).toEqual(TABLES.map(() => 0));
    await killed.db.query(sql`ALTER SEQUENCE customer_id_seq RESTART`);
    for (const sequence of [
      'domain_id_seq',
      'event_id_seq',
      'label_id_seq',
      'trait_value_id_seq',
      'customer_change_id_seq',
    ])
      await killed.db.query(sql`ALTER SEQUENCE ${raw(sequence)} RESTART`);
    await seedDemo({ db: killed.db, now, seed });
    expect(await digests(killed)).toEqual(await digests(seeded));
  }, 120_000);

  it('seeds once when two start at the same time', async () => {
    const world = await createWorld();
    const deps = { db: world.db, now, size: { people: 100, events: 2000, texts: 200 } };
    try {
      const outcomes = await Promise.all([seedDemo(deps), seedDemo(deps)]);
      expect(outcomes.map(({ customers }) => customers).sort()).toEqual([0, 100]);
    } finally {
      await world.close();
    }
  });
});

function killOthers(world: World): Promise<unknown> {
  return world.db.query(sql`
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'`);
}
