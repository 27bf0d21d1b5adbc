import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import sql from 'sql-template-tag';
import { createFakeClock } from '../../src/clock.ts';
import { createRefresh } from '../../src/jobs/refresh.ts';
import type { Refreshers } from '../../src/jobs/refreshers.ts';
import { makeWorld, signpost, type World } from './world.ts';

const noon = new Date('2026-11-22T12:00:00.000Z');
const clock = createFakeClock(noon);
let world: World;

beforeAll(async () => {
  world = await makeWorld(clock);
  await world.db.query(
    sql`create table refreshed (step serial, what text, customer int, at timestamptz)`,
  );
});
afterAll(() => world.end());
beforeEach(async () => {
  clock.set(noon);
  await world.db.query(sql`truncate refreshed restart identity`);
  await world.db.query(sql`truncate customer_change, refresh_failure`);
});

const change = (...customers: number[]) =>
  world.db.query(sql`insert into customer_change (customer_id) select unnest(${customers}::int[])`);

const changesLeft = async () =>
  (
    await world.db.query<{ customer_id: number }>(
      sql`select customer_id from customer_change order by id`,
    )
  ).map((row) => row.customer_id);

/** Who was refreshed, in order, once for each time. */
const refreshed = async (what = 'features') =>
  (
    await world.db.query<{ customer: number }>(
      sql`select customer from refreshed where what = ${what} order by step`,
    )
  ).map(({ customer }) => customer);

const failures = () =>
  world.db.query(sql`
    select customer_id, error, attempts, extract(epoch from retry_at - failed_at)::int as wait
    from refresh_failure order by customer_id`);

/** Refreshers that write down what they do, in the transaction that they are given. */
function recorders(changes: Partial<Refreshers> = {}): Refreshers {
  const record =
    (what: string): Refreshers['refreshCustomers'] =>
    (tx, ids, at) =>
      tx.query(sql`
        insert into refreshed (what, customer, at) select ${what}, unnest(${ids}::int[]), ${at}`);
  return {
    materializeCustomers: record('features'),
    refreshCustomers: record('segments'),
    expired: async () => [],
    refreshDue: async () => 0,
    ...changes,
  };
}

/** Refreshers that break on these customers, after they have written something. */
const breakingOn = (bad: ReadonlySet<number>, rest: Partial<Refreshers> = {}) =>
  recorders({
    async refreshCustomers(tx, ids, at) {
      await recorders().refreshCustomers(tx, ids, at);
      const first = ids.find((id) => bad.has(id));
      if (first !== undefined) throw new Error(`customer ${first} is odd`);
    },
    ...rest,
  });

function run(refreshers: Refreshers, pageSize = 4): Promise<void> {
  return createRefresh(refreshers, { pageSize }).perform(
    {},
    {
      deps: world,
      jobRunId: 'test',
      attempt: 1,
      signal: new AbortController().signal,
      progress: async () => {},
      finish: async () => {},
    },
  );
}

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

describe('refresh', () => {
  it('refreshes each changed customer once, features before segments, as of the clock', async () => {
    await change(...upTo(10), 3, 3, 7);
    await run(recorders());
    expect((await refreshed()).toSorted((a, b) => a - b)).toEqual(upTo(10));
    expect((await refreshed('segments')).toSorted((a, b) => a - b)).toEqual(upTo(10));
    const early = await world.db.query(sql`
      select from refreshed f join refreshed s using (customer)
      where f.what = 'features' and s.what = 'segments' and s.step < f.step`);
    expect(early).toEqual([]);
    expect(await world.db.query(sql`select distinct at from refreshed`)).toEqual([{ at: noon }]);
    expect(await changesLeft()).toEqual([]);
  });

  it('shares the log between refreshes without doing a customer twice', async () => {
    const customers = upTo(200);
    await change(...customers, ...customers.toReversed(), ...customers);
    await Promise.all([1, 2, 3, 4].map(() => run(recorders(), 20)));
    // Those that two had looked at at the same moment were left for the next one.
    await run(recorders());
    expect((await refreshed()).toSorted((a, b) => a - b)).toEqual(customers);
    expect(await changesLeft()).toEqual([]);
  });

  it('leaves a customer alone while another refresh works on it, and does it afterwards', async () => {
    const [inside, goOn] = [signpost(), signpost()];
    await change(1);
    const slow = run(
      recorders({
        async materializeCustomers(tx, ids, at) {
          inside.reach();
          await goOn.reached;
          await recorders().materializeCustomers(tx, ids, at);
        },
      }),
    );
    await inside.reached;
    await change(1, 2);
    await run(recorders());
    expect(await refreshed()).toEqual([2]);
    goOn.reach();
    await slow;
    expect(await refreshed()).toEqual([2, 1, 1]);
    expect(await changesLeft()).toEqual([]);
  });

  it('keeps the change that comes while its customer is refreshed', async () => {
    await change(1);
    let news = 1;
    await run(
      recorders({
        async refreshCustomers() {
          if (news-- > 0) await change(1);
        },
      }),
    );
    expect(await refreshed()).toEqual([1, 1]);
  });

  it('keeps nothing of a page that a lost connection broke off, and blames nobody', async () => {
    await change(1, 2);
    const lost = Object.assign(new Error('terminating connection'), { code: '57P01' });
    const refreshCustomers = () => Promise.reject(lost);
    await expect(run(recorders({ refreshCustomers }))).rejects.toBe(lost);
    expect(await refreshed()).toEqual([]);
    expect(await failures()).toEqual([]);
    expect(await changesLeft()).toEqual([1, 2]);
  });

  it('refreshes everyone but those that break it, and writes down why', async () => {
    await change(...upTo(9));
    await run(breakingOn(new Set([5, 6])));
    expect((await refreshed()).toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 7, 8, 9]);
    expect(await failures()).toEqual([
      { customer_id: 5, error: 'customer 5 is odd', attempts: 1, wait: 60 },
      { customer_id: 6, error: 'customer 6 is odd', attempts: 1, wait: 60 },
    ]);
    expect(await changesLeft()).toEqual([]);
  });

  it('isolates any set of bad customers in pages of any size', async () => {
    const world12 = fc.record({
      bad: fc.uniqueArray(fc.integer({ min: 1, max: 12 })),
      pageSize: fc.integer({ min: 1, max: 15 }),
    });
    await fc.assert(
      fc.asyncProperty(world12, async ({ bad, pageSize }) => {
        await world.db.query(sql`truncate refreshed, customer_change, refresh_failure`);
        await change(...upTo(12));
        await run(breakingOn(new Set(bad)), pageSize);
        const good = upTo(12).filter((id) => !bad.includes(id));
        expect((await refreshed()).toSorted((a, b) => a - b)).toEqual(good);
        expect((await failures()).map((row) => row.customer_id)).toEqual(
          bad.toSorted((a, b) => a - b),
        );
      }),
      { numRuns: 25 },
    );
  });

  it('tries a failed customer again, ever more rarely, until it is well', async () => {
    await change(1);
    for (const wait of [60, 120, 240]) {
      await run(breakingOn(new Set([1])));
      expect(await failures()).toMatchObject([{ customer_id: 1, wait }]);
      clock.advance(wait * 1_000 - 1);
      await run(recorders());
      expect(await refreshed()).toEqual([]);
      clock.advance(1);
    }
    await run(recorders());
    expect(await refreshed()).toEqual([1]);
    expect(await failures()).toEqual([]);
  });

  it('tries a failed customer at once when something new is known, without stopping others', async () => {
    await change(1, 2);
    await run(breakingOn(new Set([1])));
    await change(1, 2, 3);
    await run(breakingOn(new Set([1])));
    expect(await failures()).toMatchObject([{ customer_id: 1, attempts: 2, wait: 120 }]);
    await change(1);
    await run(recorders());
    expect(await refreshed()).toEqual([2, 2, 3, 1]);
    expect(await failures()).toEqual([]);
  });

  it('refreshes those that time alone has changed, and comes to an end with a bad one', async () => {
    const old = new Set(upTo(10));
    const refreshers = breakingOn(new Set([4]), {
      expired: async (_, __, limit) => [...old].slice(0, limit),
      async materializeCustomers(tx, ids, at) {
        await recorders().materializeCustomers(tx, ids, at);
        if (!ids.includes(4)) for (const id of ids) old.delete(id);
      },
    });
    await run(refreshers);
    await run(refreshers);
    expect((await refreshed()).toSorted((a, b) => a - b)).toEqual([1, 2, 3, 5, 6, 7, 8, 9, 10]);
    expect(await failures()).toMatchObject([{ customer_id: 4, attempts: 1 }]);
  });

  it('works off what is due until a page is not full', async () => {
    const left = [4, 4, 2, 9];
    const asked: unknown[] = [];
    await run(
      recorders({
        async refreshDue(_, at, limit) {
          asked.push([at, limit]);
          return left.shift() ?? 0;
        },
      }),
    );
    expect(asked).toEqual([
      [noon, 4],
      [noon, 4],
      [noon, 4],
    ]);
  });
});
