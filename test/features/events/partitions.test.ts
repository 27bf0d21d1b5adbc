import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import sql from 'sql-template-tag';
import { type Db, openDb } from '../../../src/db.ts';
import { ensureEventPartitions, monthsBetween } from '../../../src/features/events/partitions.ts';
import { createWorld, type World } from '../../helpers/world.ts';

let world: World;
let customer: number;

beforeAll(async () => {
  world = await createWorld();
  customer = await world.addCustomer();
});

afterAll(() => world.close());

/** Adds an event of that instant; gives the partition that events of that instant are in. */
async function homeOf(at: string): Promise<string | undefined> {
  await world.addEvent(customer, { type: 'page_view', at });
  return readHome(at);
}

async function readHome(at: string): Promise<string | undefined> {
  const homes = await world.db.query<{ home: string }>(sql`
    SELECT DISTINCT tableoid::regclass::text home FROM event WHERE occurred_at = ${at}::timestamptz`);
  expect(homes.length).toBeLessThanOrEqual(1);
  return homes[0]?.home;
}

async function withOthers(count: number, work: (others: Db[]) => Promise<void>): Promise<void> {
  const others = Array.from({ length: count }, () => openDb(world.url, { max: 2 }));
  try {
    await work(others);
  } finally {
    await Promise.all(others.map((other) => other.close()));
  }
}

describe('monthsBetween', () => {
  it('has both ends, over the turn of the year', () => {
    const months = monthsBetween(
      new Date('2024-11-30T23:59:59.999Z'),
      new Date('2025-02-01T00:00:00Z'),
    );
    expect(months).toEqual(['2024-11', '2024-12', '2025-01', '2025-02']);
  });
});

describe('ensureEventPartitions', () => {
  it('makes a partition a month, once, whoever asks', async () => {
    expect(await ensureEventPartitions(world.db, '2024-12', '2024-11', '2024-12')).toEqual([
      '2024-11',
      '2024-12',
    ]);
    await withOthers(1, async ([other]) => {
      expect(await ensureEventPartitions(other as Db, '2024-11', '2025-01')).toEqual(['2025-01']);
    });
  });

  it.each([
    ['2025-03-01T00:00:00.000Z', 'event_2025_03'],
    ['2025-03-31T23:59:59.999Z', 'event_2025_03'],
    ['2025-04-01T00:00:00.000Z', 'event_default'],
  ])('puts an event of %s into %s', async (at, home) => {
    await ensureEventPartitions(world.db, '2025-03');
    expect(await homeOf(at)).toBe(home);
  });

  it('moves the strays of its month, and of no other, out of the default partition', async () => {
    const strays = [
      '2019-05-31T23:59:59.999Z',
      '2019-06-01T00:00:00.000Z',
      '2019-06-30T23:59:59.999Z',
    ];
    for (const at of strays) expect(await homeOf(at)).toBe('event_default');
    expect(await ensureEventPartitions(world.db, '2019-06')).toEqual(['2019-06']);
    expect(await Promise.all(strays.map(readHome))).toEqual([
      'event_default',
      'event_2019_06',
      'event_2019_06',
    ]);
  });

  it('gives the partition the keys, indexes and link to the customer that the table has', async () => {
    await ensureEventPartitions(world.db, '2018-01');
    const constraints = await world.db.query<{ type: string }>(sql`
      SELECT contype AS type FROM pg_constraint
      WHERE conrelid = 'event_2018_01'::regclass AND contype IN ('p', 'f') ORDER BY 1`);
    expect(constraints.map(({ type }) => type)).toEqual(['f', 'p']);
    const readIndexes = (table: string) =>
      world.db.query<{ parent: string | null }>(sql`
        SELECT coalesce(inhparent, indexrelid)::regclass::text parent
        FROM pg_index LEFT JOIN pg_inherits ON inhrelid = indexrelid
        WHERE indrelid = ${table}::regclass ORDER BY 1`);
    expect(await readIndexes('event_2018_01')).toEqual(await readIndexes('event'));
  });

  it('leaves what is older than 1990 in the default partition', async () => {
    expect(await ensureEventPartitions(world.db, '1989-12')).toEqual([]);
  });

  it('refuses what is not a month, and makes none of the others', async () => {
    await expect(ensureEventPartitions(world.db, '2017-01', '2017-13')).rejects.toThrow(
      'Not a month: 2017-13',
    );
    expect(await ensureEventPartitions(world.db, '2017-01')).toEqual(['2017-01']);
  });

  it('lets callers at the same time through one after the other', async () => {
    const year = monthsBetween(new Date('2016-01-01Z'), new Date('2016-12-01Z'));
    await withOthers(4, async (others) => {
      const lists = await Promise.all(others.map((other) => ensureEventPartitions(other, ...year)));
      expect(lists.flat().sort()).toEqual(year);
    });
  });

  it('waits for a writer of strays and takes along what it wrote', async () => {
    await withOthers(1, async ([other]) => {
      let making: Promise<string[]> | undefined;
      await world.db.transaction(async (tx) => {
        await tx.query(sql`
          INSERT INTO event (customer_id, origin_customer_id, domain_id, message_id, type, occurred_at)
          SELECT id, id, domain_id, 'late', 'page_view', '2015-07-07Z' FROM customer WHERE id = ${customer}`);
        making = ensureEventPartitions(other as Db, '2015-07');
        await untilSomeoneWaits();
      });
      await making;
    });
    expect(await readHome('2015-07-07Z')).toBe('event_2015_07');
  });
});

async function untilSomeoneWaits(): Promise<void> {
  const deadline = AbortSignal.timeout(10_000);
  for (;;) {
    deadline.throwIfAborted();
    const waiting = await world.db.query(sql`
      SELECT FROM pg_locks JOIN pg_database d ON d.oid = database
      WHERE datname = current_database() AND NOT granted`);
    if (waiting.length > 0) return;
  }
}
