import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import sql from 'sql-template-tag';
import {
  count,
  entity,
  events,
  featureService,
  featureView,
  int,
  last,
  pushed,
  sum,
} from '../../../src/features/store/index.ts';
import { createWorld, featureOf, type World } from './world.ts';

const customer = entity('customer', { keys: ['customer_id'] });
const orders = featureView('orders', {
  entity: customer,
  ttl: 0,
  source: events('order'),
  features: { n_10d: count().over('10d'), spend: sum('amount'), last_at: last('occurredAt') },
});
const score = featureView('score', {
  entity: customer,
  ttl: '5d',
  source: pushed(),
  features: { points: int() },
});
const churn = featureService('churn', [orders, score]);
const DAY = 86_400_000;
const START = new Date('2026-01-01T00:00:00Z');
const day = (n: number) => new Date(START.getTime() + n * DAY);

let world: World;
let store: ReturnType<World['store']>;
beforeAll(async () => {
  world = await createWorld();
  store = world.store(churn);
  await store.apply();
});
beforeEach(async () => {
  await world.clear();
  await world.db.query(
    sql`truncate customer, feature_materialization, feature_store.score_v1 cascade`,
  );
  world.clock.set(START);
});
afterAll(() => world.close());

const spendOf = async (customer_id: number) =>
  featureOf(
    (await store.online({ rows: [{ customer_id }], features: ['orders:spend'] }))[0],
    'spend',
  );

describe('incremental materialisation', () => {
  it('touches only dirty customers, and late events count from then on', async () => {
    await world.addCustomers([1, 2]);
    await world.addEvents(
      [1, 2].map((id) => ({ customer: id, type: 'order', at: day(-1), amount: 10 })),
    );
    expect(await store.materializeIncremental()).toEqual({ customers: 2, pages: 1 });
    await world.addEvents([{ customer: 2, type: 'order', at: day(-50), amount: 5 }]);
    expect(await spendOf(2)).toBe(10);
    const fresh = await store.online({
      rows: [{ customer_id: 2 }],
      features: ['orders:spend'],
      fresh: true,
    });
    expect(fresh[0]?.spend).toMatchObject({ value: 15 });
    expect(await store.materializeIncremental()).toEqual({ customers: 1, pages: 1 });
    expect([await spendOf(1), await spendOf(2)]).toEqual([10, 15]);
    expect(await store.materializeIncremental()).toEqual({ customers: 0, pages: 0 });
  });

  it('finds customers whose window has moved on, a millisecond after its end', async () => {
    await world.addCustomers([1, 2]);
    await world.addEvents([
      { customer: 1, type: 'order', at: day(-1), amount: 1 },
      { customer: 2, type: 'order', at: day(-20), amount: 1 },
    ]);
    await store.materializeIncremental();
    expect(await store.expired(world.db, day(9), 10)).toEqual([]);
    expect(await store.expired(world.db, new Date(day(9).getTime() + 1), 10)).toEqual([1]);
  });

  it('moves rows with merged events, and drops those of customers without events', async () => {
    await world.addCustomers([1, 2]);
    await world.addEvents(
      [1, 2].map((id) => ({ customer: id, type: 'order', at: day(-1), amount: id })),
    );
    await store.materializeIncremental();
    await world.db.transaction(async (tx) => {
      await tx.query(sql`update event set customer_id = 1 where customer_id = 2`);
      await tx.query(sql`update customer set merged_into_id = 1 where id = 2`);
      await store.materializeCustomers(tx, [1, 2], START);
    });
    expect([await spendOf(1), await spendOf(2)]).toEqual([3, null]);
    const vectors = await world.db.query(sql`select key from feature_vector`);
    expect(vectors).toEqual([{ key: '1' }]);
  });

  it('shares dirty customers between two refreshes, each done once', async () => {
    const ids = Array.from({ length: 5000 }, (_, n) => n + 1);
    await world.addCustomers(ids);
    await world.addEvents(
      ids.map((id) => ({ customer: id, type: 'order', at: day(-1), amount: id })),
    );
    const done = await Promise.all([1, 2, 3].map(() => store.materializeIncremental()));
    expect(done.reduce((all, { customers }) => all + customers, 0)).toBe(5000);
    const [row] = await world.db.query<{ n: number }>(
      sql`select count(*) as n from feature_store.online_row`,
    );
    expect(row?.n).toBe(5000);
  });

  it('changes nothing when the refresh fails, and does it the next time', async () => {
    await world.addCustomers([1]);
    await world.addEvents([{ customer: 1, type: 'order', at: day(-1), amount: 7 }]);
    const failing = world.db.transaction(async (tx) => {
      await store.materializeCustomers(tx, [1], START);
      throw new Error('the job died');
    });
    await expect(failing).rejects.toThrow('the job died');
    expect(await spendOf(1)).toBeNull();
    await store.materializeIncremental();
    expect(await spendOf(1)).toBe(7);
  });
});

describe('full materialisation', () => {
  const ids = Array.from({ length: 4500 }, (_, n) => n + 1);
  const fill = async () => {
    await world.addCustomers(ids);
    await world.addEvents(
      ids.map((id) => ({ customer: id, type: 'order', at: day(-1), amount: id })),
    );
  };

  it('goes on behind the last page after an interruption', async () => {
    await fill();
    let pages = 0;
    const interrupted = store.materialize({
      onPage: () => {
        pages += 1;
        if (pages === 2) throw new Error('stopped');
      },
    });
    await expect(interrupted).rejects.toThrow('stopped');
    expect(await store.materialize()).toEqual({ customers: 500, pages: 1 });
    expect(await world.db.prisma.featureMaterialization.findMany()).toMatchObject([
      { views: 'orders@1', pages: 3, rows: 4500, cursor: '4500' },
    ]);
    expect(await spendOf(4321)).toBe(4321);
  });

  it('shares its pages with another run, each done once', async () => {
    await fill();
    const runs = await Promise.all([store.materialize(), store.materialize()]);
    expect(runs.reduce((all, { customers }) => all + customers, 0)).toBe(4500);
  });

  it('can be limited to customers with events since an instant', async () => {
    await world.addCustomers([1, 2]);
    await world.addEvents([
      { customer: 1, type: 'order', at: day(-30), amount: 1 },
      { customer: 2, type: 'order', at: day(-2), amount: 2 },
    ]);
    expect((await store.materialize({ from: day(-3) })).customers).toBe(1);
    expect([await spendOf(1), await spendOf(2)]).toEqual([null, 2]);
    await expect(store.materialize({ to: day(1) })).rejects.toThrow('"to"');
  });

  it('restores the online rows of a pushed view from its history', async () => {
    await store.push('score', [
      { key: { customer_id: 1 }, eventTime: day(-2), values: { points: 2 } },
      { key: { customer_id: 1 }, eventTime: day(-1), values: { points: 1 } },
    ]);
    await world.clear();
    await store.materialize({ views: ['score'] });
    const [row] = await store.online({ rows: [{ customer_id: 1 }], service: 'churn' });
    expect(row?.points).toMatchObject({ value: 1, status: 'PRESENT' });
  });
});

describe('a service vector', () => {
  it('follows pushes and refreshes, and is not used beyond its time', async () => {
    await world.addCustomers([1]);
    await world.addEvents([{ customer: 1, type: 'order', at: day(-1), amount: 4 }]);
    await store.materializeIncremental();
    await store.push('score', [
      { key: { customer_id: 1 }, eventTime: START, values: { points: 8 } },
    ]);
    const read = async () => {
      const [row] = await store.online({ rows: [{ customer_id: 1 }], service: 'churn' });
      return ['n_10d', 'spend', 'points'].map((name) => featureOf(row, name));
    };
    const [kept] = await world.db.query<{ valid_until: Date }>(
      sql`select valid_until from feature_vector`,
    );
    expect(kept?.valid_until).toEqual(new Date(day(9).getTime() + 1));
    expect(await read()).toEqual([1, 4, 8]);
    world.clock.set(day(20));
    expect(await read()).toEqual([0, 4, null]);
    world.clock.set(START);
    await world.db.query(sql`delete from feature_vector`);
    expect(await read()).toEqual([1, 4, 8]);
  });
});

describe('erasing a customer', () => {
  it('leaves nothing of it in the store', async () => {
    await world.addCustomers([1, 2]);
    await store.push(
      'score',
      [1, 2].map((customer_id) => ({
        key: { customer_id },
        eventTime: START,
        values: { points: 8 },
      })),
    );
    await world.db.transaction((tx) => store.forgetCustomers(tx, [1]));
    const counts = await world.db.query(sql`
      select (select count(*) from feature_store.score_v1)::int as history,
        (select count(*) from feature_store.online_row)::int as online,
        (select count(*) from feature_vector)::int as vectors`);
    expect(counts).toEqual([{ history: 1, online: 1, vectors: 1 }]);
  });
});

describe('a feature of all customers for segment rules', () => {
  const valuesOf = async (name: string, at: Date | 'now') => {
    const found = store.customerFeatureSql(name, at);
    if (!found) throw new Error(`no ${name}`);
    return world.db.query(sql`${found.valueSql} order by 1`);
  };

  it('is the same from stored rows, from stale ones and as of an instant', async () => {
    await world.addCustomers([1, 2, 3]);
    await world.addEvents([
      { customer: 1, type: 'order', at: day(-1), amount: 4 },
      { customer: 2, type: 'order', at: day(-8), amount: 4 },
    ]);
    await store.materializeIncremental();
    world.clock.set(day(5));
    const expected = [
      { customer_id: 1, value: 1 },
      { customer_id: 2, value: 0 },
    ];
    expect(await valuesOf('orders:n_10d', 'now')).toEqual(expected);
    expect(await valuesOf('n_10d', day(5))).toEqual(expected);
    expect(await valuesOf('last_at', 'now')).toEqual(await valuesOf('last_at', day(5)));
    expect((await valuesOf('last_at', 'now'))[0]).toEqual({
      customer_id: 1,
      value: '2025-12-31T00:00:00.000Z',
    });
  });

  it('reads pushed features, without those too old or from the future', async () => {
    await world.addCustomers([1, 2, 3]);
    await store.push('score', [
      { key: { customer_id: 1 }, eventTime: day(-1), values: { points: 1 } },
      { key: { customer_id: 1 }, eventTime: day(1), values: { points: 9 } },
      { key: { customer_id: 2 }, eventTime: day(-9), values: { points: 2 } },
      { key: { customer_id: 3 }, eventTime: day(0), values: { points: null } },
    ]);
    const expected = [{ customer_id: 1, value: 1 }];
    expect(await valuesOf('points', 'now')).toEqual(expected);
    expect(await valuesOf('score:points', START)).toEqual(expected);
    expect(store.customerFeatureSql('none', 'now')).toBeUndefined();
  });
});
