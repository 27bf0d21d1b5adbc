import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { FeatureValue } from '../../../src/features/store/feature-value.ts';
import {
  bool,
  double,
  entity,
  featureService,
  featureView,
  int,
  json,
  list,
  onDemandView,
  pushed,
  request,
  text,
  timestamp,
  vector,
} from '../../../src/features/store/index.ts';
import { createWorld, featureOf, type World } from './world.ts';

const driver = entity('driver', { keys: ['driver_id'] });
const pair = entity('pair', { keys: ['one', 'other'] });
const stats = featureView('driver_stats', {
  entity: driver,
  ttl: '2h',
  source: pushed(),
  features: { trips: int(), rating: double() },
});
const profile = featureView('driver_profile', {
  entity: driver,
  ttl: 0,
  source: pushed(),
  features: { city: text(), trips: int() },
});
const pairs = featureView('pair_stats', {
  entity: pair,
  ttl: 0,
  source: pushed(),
  features: { score: int() },
});
const world_ = featureView('weather', {
  entity: entity('world', { keys: [] }),
  ttl: '1d',
  source: pushed(),
  features: { rain: bool() },
});
const everything = featureView('everything', {
  entity: entity('thing', { keys: ['thing'] }),
  ttl: 0,
  source: pushed(),
  features: {
    i: int(),
    d: double(),
    t: text(),
    b: bool(),
    at: timestamp(),
    j: json(),
    l: list(text()),
    n: list(double()),
    v: vector(3),
  },
});
const fare = onDemandView('fare', {
  inputs: [stats.pick('rating'), request({ km: double() })],
  features: { price: double() },
  compute: ({ km, rating }) => ({ price: km === null ? null : km * (rating ?? 1) }),
});
const both = featureService('both', [stats, profile.pick('city')]);
const priced = featureService('priced', [stats.pick('trips'), fare]);

let world: World;
let store: ReturnType<World['store']>;
beforeAll(async () => {
  world = await createWorld();
  store = world.store(stats, profile, pairs, world_, everything, both, priced);
  await store.apply();
});
afterAll(() => world.close());

const hour = (h: number) => new Date(Date.UTC(2024, 0, 10, h));

describe('rows pushed to a view', () => {
  // The whole history of a key by brute force: the newest that has happened, ties by created, then arrival.
  interface Pushed {
    readonly id: number;
    readonly event: number;
    readonly created: number | null;
    readonly trips: number | null;
  }
  const anyRow: fc.Arbitrary<Pushed> = fc.record({
    id: fc.integer({ min: 1, max: 2 }),
    event: fc.integer({ min: 0, max: 6 }),
    created: fc.option(fc.integer({ min: 0, max: 3 }), { nil: null }),
    trips: fc.option(fc.integer({ min: 0, max: 99 }), { nil: null }),
  });
  const newest = (
    rows: readonly Pushed[],
    id: number,
    at: number,
    knownBy: number | null,
  ): Pushed | undefined =>
    rows
      .map((row, arrival) => ({ ...row, arrival }))
      .filter((row) => row.id === id && row.event <= at)
      .filter((row) => knownBy === null || (row.created !== null && row.created <= knownBy))
      .sort(
        (a, b) =>
          b.event - a.event || (b.created ?? -1) - (a.created ?? -1) || b.arrival - a.arrival,
      )[0];
  const millisecond = (at: number) => new Date(hour(0).getTime() + at);

  it('come back as of any instant, and now, whatever order they came in', async () => {
    let run = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(anyRow, { maxLength: 6 }), { maxLength: 4 }),
        fc.integer({ min: -1, max: 7 }),
        async (batches, now) => {
          // A key space of its own for each run, instead of emptying the tables.
          run += 1;
          const base = run * 10;
          for (const batch of batches) {
            await store.push(
              'driver_stats',
              batch.map((row) => ({
                key: { driver_id: base + row.id },
                eventTime: millisecond(row.event),
                createdTime: row.created === null ? null : millisecond(row.created),
                values: { trips: row.trips },
              })),
            );
          }
          world.clock.set(millisecond(now));
          const all = batches.flat();
          for (const knownAt of ['event', 'row'] as const) {
            const rows = [1, 2, 3].map((id) => ({ driver_id: base + id, at: millisecond(now) }));
            const results = await store.historical({
              rows,
              features: ['driver_stats:trips'],
              knownAt,
            });
            expect(results.map((row) => row.trips)).toEqual(
              [1, 2, 3].map(
                (id) => newest(all, id, now, knownAt === 'row' ? now : null)?.trips ?? null,
              ),
            );
          }
          for (const asked of [{ features: ['driver_stats:trips'] }, { service: 'both' }]) {
            const online = await store.online({
              ...asked,
              rows: [1, 2, 3].map((id) => ({ driver_id: base + id })),
            });
            expect(online.map((row) => featureOf(row, 'trips'))).toEqual(
              [1, 2, 3].map((id) => newest(all, id, now, null)?.trips ?? null),
            );
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('are good for exactly their ttl, the same online and historically', async () => {
    await store.push('driver_stats', [
      { key: { driver_id: 5001 }, eventTime: hour(10), values: { trips: 3, rating: null } },
    ]);
    const status = async (at: number) => {
      world.clock.set(new Date(at));
      const [row] = await store.online({
        rows: [{ driver_id: 5001 }],
        features: ['driver_stats:trips', 'driver_stats:rating'],
      });
      const [then] = await store.historical({
        rows: [{ driver_id: '5001', at }] as never,
        features: ['driver_stats:trips'],
      });
      return [
        (row?.trips as FeatureValue | undefined)?.status,
        (row?.rating as FeatureValue | undefined)?.status,
        featureOf(row, 'trips'),
        then?.trips,
      ];
    };
    const ten = hour(10).getTime();
    expect(await status(ten - 1)).toEqual(['NOT_FOUND', 'NOT_FOUND', null, null]);
    expect(await status(ten)).toEqual(['PRESENT', 'NULL_VALUE', 3, 3]);
    expect(await status(ten + 7_200_000)).toEqual(['PRESENT', 'NULL_VALUE', 3, 3]);
    expect(await status(ten + 7_200_001)).toEqual([
      'OUTSIDE_MAX_AGE',
      'OUTSIDE_MAX_AGE',
      null,
      null,
    ]);
  });

  it('say how old they are', async () => {
    world.clock.set(hour(12));
    await store.push('driver_stats', [
      { key: { driver_id: 5002 }, eventTime: hour(11), values: { trips: 1 } },
    ]);
    const [row] = await store.online({
      rows: [{ driver_id: 5002 }],
      features: ['driver_stats:trips'],
    });
    expect(row).toEqual({
      driver_id: 5002,
      trips: { value: 1, status: 'PRESENT', eventTime: hour(11), age: 3_600_000 },
    });
  });

  it('keep every type of value, equal online and historically', async () => {
    const values = {
      i: -9_007_199_254_740_991,
      d: 0.1,
      t: 'é\\"/',
      b: false,
      at: hour(3),
      j: { a: [null] },
      l: ['a,b', '"', ''],
      n: [0.1, -2],
      v: [0.1, 2, 3].map(Math.fround),
    };
    await store.push('everything', [{ key: { thing: 'x' }, eventTime: hour(1), values }]);
    world.clock.set(hour(5));
    const names = Object.keys(values).map((name) => `everything:${name}`);
    const [then] = await store.historical({
      rows: [{ thing: 'x', at: hour(5) }],
      features: names,
      fullNames: true,
    });
    const [now] = await store.online({ rows: [{ thing: 'x' }], features: names, fullNames: true });
    for (const [name, value] of Object.entries(values)) {
      expect(then?.[`everything__${name}`]).toEqual(value);
      expect(featureOf(now, `everything__${name}`)).toEqual(value);
    }
  });

  it('are all refused when one is wrong', async () => {
    const good = { key: { driver_id: 5003 }, eventTime: hour(1), values: { trips: 1 } };
    for (const [bad, named] of [
      [{ ...good, values: { trips: 1.5 } }, '"trips"'],
      [{ ...good, values: { rating: Number.NaN } }, '"rating"'],
      [{ ...good, values: { tripz: 1 } }, '"tripz"'],
      [{ ...good, key: {} }, '"driver_id"'],
      [{ ...good, key: { driver_id: 'five' } }, '"driver_id"'],
      [{ ...good, key: { driver_id: null } }, 'key is null'],
      [{ ...good, eventTime: 'yesterday' }, 'eventTime'],
    ] as const) {
      await expect(store.push('driver_stats', [good, bad])).rejects.toThrow(named);
    }
    world.clock.set(hour(2));
    const [row] = await store.online({
      rows: [{ driver_id: 5003 }],
      features: ['driver_stats:trips'],
    });
    expect(row?.trips).toMatchObject({ status: 'NOT_FOUND' });
  });

  it('pushed by two at once end up newest first, and never wait for each other', async () => {
    const batch = (from: number, step: number) =>
      Array.from({ length: 200 }, (_, n) => ({
        key: { driver_id: 6000 + (step > 0 ? n : 199 - n) },
        eventTime: new Date(hour(1).getTime() + from),
        values: { trips: from, city: `c${from}` },
      }));
    const only = (rows: ReturnType<typeof batch>, name: 'trips' | 'city') =>
      rows.map((row) => ({ ...row, values: { [name]: row.values[name] } }));
    await Promise.all([
      store.push('driver_stats', only(batch(3, 1), 'trips')),
      store.push('driver_stats', only(batch(1, -1), 'trips')),
      store.push('driver_profile', only(batch(2, 1), 'city')),
      store.push('driver_stats', only(batch(2, -1), 'trips')),
      store.push('driver_profile', only(batch(4, -1), 'city')),
    ]);
    world.clock.set(hour(2));
    const rows = Array.from({ length: 200 }, (_, n) => ({ driver_id: 6000 + n }));
    for (const asked of [
      { features: ['driver_stats:trips', 'driver_profile:city'] },
      { service: 'both' },
    ]) {
      const online = await store.online({ rows, ...asked });
      expect(
        new Set(online.map((row) => `${featureOf(row, 'trips')} ${featureOf(row, 'city')}`)),
      ).toEqual(new Set(['3 c4']));
    }
  });
});

describe('a historical join', () => {
  beforeAll(async () => {
    await store.push('pair_stats', [
      { key: { one: '1', other: '23' }, eventTime: hour(1), values: { score: 1 } },
      { key: { one: '12', other: '3' }, eventTime: hour(1), values: { score: 2 } },
      { key: { one: 'a/b', other: 'c' }, eventTime: hour(1), values: { score: 3 } },
      { key: { one: 'a', other: 'b/c' }, eventTime: hour(1), values: { score: 4 } },
    ]);
    await store.push('weather', [{ key: {}, eventTime: hour(6), values: { rain: true } }]);
    await store.push('driver_stats', [
      { key: { driver_id: 1 }, eventTime: '2024-01-10T12:00:00', values: { trips: 12 } },
      { key: { driver_id: 2 }, eventTime: '2024-01-10T12:00:00', values: { trips: 22 } },
    ]);
    await store.push('driver_profile', [
      { key: { driver_id: 1 }, eventTime: hour(1), values: { city: 'Oslo', trips: 1 } },
    ]);
  });

  it('compares keys component by component, online as well', async () => {
    world.clock.set(hour(2));
    const keys = [
      ['1', '23'],
      ['12', '3'],
      ['123', ''],
      [1, 23],
      ['a/b', 'c'],
      ['a', 'b/c'],
      ['a/b/c', ''],
    ];
    const rows = keys.map(([one, other]) => ({ one, other, at: hour(2) }));
    const expected = [1, 2, null, 1, 3, 4, null];
    const then = await store.historical({ rows, features: ['pair_stats:score'] });
    expect(then.map((row) => row.score)).toEqual(expected);
    const now = await store.online({ rows, features: ['pair_stats:score'] });
    expect(now.map((row) => featureOf(row, 'score'))).toEqual(expected);
  });

  it('gives every row once, in order, with its other columns', async () => {
    const rows = [
      { driver_id: 2, at: '2024-01-10T12:00:00Z', label: 'x' },
      { driver_id: 77, at: '2024-01-10T12:00:00Z', label: 'unknown' },
      { driver_id: 1, at: null, label: 'never' },
      { driver_id: null, at: '2024-01-10T12:00:00Z', label: 'no key' },
      { driver_id: 1, at: '2024-01-10T11:59:59.999Z', label: 'before' },
      { driver_id: 2, at: '2024-01-10T12:00:00Z', label: 'x' },
    ];
    const results = await store.historical({
      rows,
      features: ['driver_stats:trips', 'weather:rain'],
    });
    expect(results).toEqual(
      rows.map((row, index) => ({
        ...row,
        trips: [22, null, null, null, null, 22][index],
        rain: row.at === null ? null : true,
      })),
    );
  });

  it('honours offsets and reads times without one as UTC', async () => {
    const at = [
      '2024-01-10T13:00:00+01:00',
      '2024-01-10 12:00:00',
      '2024-01-10T07:00:00-05',
      '2024-01-10T12:59:59+01:00',
    ];
    const results = await store.historical({
      rows: at.map((it) => ({ driver_id: 1, at: it })),
      features: ['driver_stats:trips'],
    });
    expect(results.map((row) => row.trips)).toEqual([12, 12, 12, null]);
  });

  it('joins one view twice under two names', async () => {
    const [row] = await store.historical({
      rows: [{ here: 1, there: 2, at: hour(12) }],
      features: ['from:trips', 'to:trips'],
      fullNames: true,
      joinKeyMap: {
        from: { view: 'driver_stats', keys: { driver_id: 'here' } },
        to: { view: 'driver_stats', keys: { driver_id: 'there' } },
      },
    });
    expect(row).toEqual({ here: 1, there: 2, at: hour(12), from__trips: 12, to__trips: 22 });
    world.clock.set(hour(12));
    const [now] = await store.online({
      rows: [{ here: 1 }],
      features: ['driver_stats:trips'],
      joinKeyMap: { driver_stats: { driver_id: 'here' } },
    });
    expect(now?.trips).toMatchObject({ value: 12 });
  });

  it.each([
    [
      'colliding names',
      { features: ['driver_stats:trips', 'driver_profile:trips'] },
      /driver_stats:trips.*driver_profile:trips/,
    ],
    ['an unknown view', { features: ['drivers:trips'] }, /"drivers"/],
    ['an unknown feature', { features: ['driver_stats:trip'] }, /"trip"/],
    ['an unknown service', { service: 'none' }, /"none"/],
    ['no feature', { features: [] }, /features/],
    ['a name without a view', { features: ['trips'] }, /"trips"/],
  ])('refuses %s, naming it', async (_, asked, named) => {
    await expect(
      store.historical({ rows: [{ driver_id: 1, at: hour(1) }], ...asked }),
    ).rejects.toThrow(named);
    await expect(store.online({ rows: [{ driver_id: 1 }], ...asked })).rejects.toThrow(named);
  });

  it("refuses rows without a key column, without `at`, or with a column of a feature's name", async () => {
    const features = ['driver_stats:trips'];
    await expect(store.historical({ rows: [{ id: 1, at: hour(1) }], features })).rejects.toThrow(
      '"driver_id"',
    );
    await expect(store.historical({ rows: [{ driver_id: 1 } as never], features })).rejects.toThrow(
      '"at"',
    );
    await expect(
      store.historical({ rows: [{ driver_id: 1, at: hour(1), trips: 3 }], features }),
    ).rejects.toThrow('"trips"');
  });

  it('coerces keys, and refuses what can be no key', async () => {
    world.clock.set(hour(12));
    const online = await store.online({
      rows: [{ driver_id: '1' }, { driver_id: 1n }, { driver_id: '01' }],
      features: ['driver_stats:trips'],
    });
    expect(online.map((row) => featureOf(row, 'trips'))).toEqual([12, 12, 12]);
    for (const driver_id of ['one', 1.5, {}, true]) {
      await expect(
        store.online({ rows: [{ driver_id }], features: ['driver_stats:trips'] }),
      ).rejects.toThrow('"driver_id"');
    }
  });

  it('runs the same on-demand function then and now', async () => {
    await store.push('driver_stats', [
      { key: { driver_id: 3 }, eventTime: hour(12), values: { trips: 3, rating: 2 } },
    ]);
    world.clock.set(hour(12));
    const [then] = await store.historical({
      rows: [{ driver_id: 3, km: 7, at: hour(12) }],
      service: 'priced',
    });
    expect(then).toEqual({ driver_id: 3, km: 7, at: hour(12), trips: 3, price: 14 });
    const now = await store.online({
      rows: [{ driver_id: 3 }, { driver_id: 404 }],
      service: 'priced',
      request: { km: 7 },
    });
    expect(now.map((row) => featureOf(row, 'price'))).toEqual([14, 7]);
    await expect(store.online({ rows: [{ driver_id: 3 }], service: 'priced' })).rejects.toThrow(
      '"km"',
    );
  });

  it('serves more rows than one chunk in order', async () => {
    const rows = Array.from({ length: 25_000 }, (_, n) => ({
      driver_id: (n % 3) + 1,
      at: hour(12),
      n,
    }));
    const results = await store.historical({ rows, features: ['driver_stats:trips'] });
    expect(results.map((row) => [row.n, row.trips])).toEqual(
      rows.map(({ n }) => [n, [12, 22, 3][n % 3]]),
    );
  });
});
