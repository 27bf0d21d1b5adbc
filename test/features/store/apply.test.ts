import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  count,
  entity,
  events,
  featureService,
  featureView,
  int,
  pushed,
  sum,
  text,
} from '../../../src/features/store/index.ts';
import { createFeatureStore } from '../../../src/features/store/store.ts';
import { createWorld, featureOf, type World } from './world.ts';

const driver = entity('driver', { keys: ['driver_id'] });
const customer = entity('customer', { keys: ['customer_id'] });
const AT = new Date('2026-01-01T00:00:00Z');

let world: World;
beforeAll(async () => {
  world = await createWorld();
  await world.addCustomers([1]);
});
afterAll(() => world.close());

describe('apply', () => {
  it('keeps definitions as rows, prints what changed, and nothing the second time', async () => {
    const view = featureView('first_view', {
      entity: driver,
      ttl: '1h',
      source: pushed(),
      features: { a: int() },
    });
    const definitions = [featureService('first_service', [view])];
    const lines: string[] = [];
    const store = createFeatureStore({ ...world, definitions, print: (line) => lines.push(line) });
    await store.apply();
    expect(lines).toEqual([
      'Feature view first_view, version 1:',
      '  + a: int',
      'Feature service first_service, version 1:',
      '  + first_view:a',
    ]);
    expect(
      await world.db.prisma.featureView.findMany({ select: { name: true, version: true } }),
    ).toEqual([{ name: 'first_view', version: 1 }]);
    expect(await world.db.prisma.featureChange.count()).toBe(2);
    expect(await store.apply()).toEqual([]);
    expect(lines.at(-1)).toBe('Feature definitions: no changes.');
  });

  it('adds a feature in place: old rows have null for it', async () => {
    const options = { entity: driver, ttl: 0, source: pushed() } as const;
    const before = world.store(featureView('growing', { ...options, features: { a: int() } }));
    await before.apply();
    await before.push('growing', [{ key: { driver_id: 1 }, eventTime: AT, values: { a: 1 } }]);
    const after = world.store(
      featureView('growing', { ...options, features: { b: text(), a: int() } }),
    );
    expect(await after.apply()).toEqual([
      { kind: 'view', name: 'growing', version: 1, diff: ['+ b: text'] },
    ]);
    await after.push('growing', [
      { key: { driver_id: 2 }, eventTime: AT, values: { a: 2, b: 'two' } },
    ]);
    // The server that has not restarted goes on, with the features it knows.
    await before.push('growing', [{ key: { driver_id: 3 }, eventTime: AT, values: { a: 3 } }]);
    const online = await after.online({
      rows: [1, 2, 3].map((driver_id) => ({ driver_id })),
      features: ['growing:*'],
    });
    expect(online.map((row) => [featureOf(row, 'a'), featureOf(row, 'b')])).toEqual([
      [1, null],
      [2, 'two'],
      [3, null],
    ]);
  });

  it('has new features of events right at once, before any refresh', async () => {
    const options = { entity: customer, ttl: 0, source: events('order') } as const;
    const view = featureView('spend', { ...options, features: { n: count() } });
    const before = world.store(view, featureService('spending', [view]));
    await before.apply();
    await world.addEvents([{ customer: 1, type: 'order', at: AT, amount: 5 }]);
    await before.materializeIncremental();
    const wider = featureView('spend', {
      ...options,
      features: { n: count(), total: sum('amount') },
    });
    const after = world.store(wider, featureService('spending', [wider]));
    await after.apply();
    const read = async () =>
      (await after.online({ rows: [{ customer_id: 1 }], service: 'spending' }))[0]?.total;
    expect(await read()).toMatchObject({ value: 5, status: 'PRESENT' });
    expect((await after.materializeIncremental()).customers).toBe(1);
    expect(await read()).toMatchObject({ value: 5, status: 'PRESENT' });
  });

  it.each([
    ['a removed feature', { features: { b: int() } }, '- a: int'],
    ['another type', { features: { a: text(), b: int() } }, 'a: int -> a: text'],
    ['another entity', { entity: customer, features: { a: int(), b: int() } }, 'entity'],
  ])('refuses %s without a new version, and changes nothing', async (_, changed, named) => {
    const options = {
      entity: driver,
      ttl: 0,
      source: pushed(),
      features: { a: int(), b: int() },
    } as const;
    await world.store(featureView('fixed', options)).apply();
    const other = featureView('added_too', options);
    const store = world.store(other, featureView('fixed', { ...options, ...changed }));
    await expect(store.apply()).rejects.toThrow(named);
    expect(await world.db.prisma.featureView.count({ where: { name: 'added_too' } })).toBe(0);
  });

  it('starts a new version with rows of its own', async () => {
    const options = { entity: driver, ttl: 0, source: pushed() } as const;
    const one = world.store(featureView('versioned', { ...options, features: { a: int() } }));
    await one.apply();
    await one.push('versioned', [{ key: { driver_id: 1 }, eventTime: AT, values: { a: 1 } }]);
    const two = world.store(
      featureView('versioned', { ...options, version: 2, features: { a: text() } }),
    );
    expect((await two.apply())[0]).toMatchObject({ version: 2, diff: ['a: int -> a: text'] });
    await two.push('versioned', [{ key: { driver_id: 1 }, eventTime: AT, values: { a: 'one' } }]);
    const read = async (store: typeof one) =>
      (await store.historical({ rows: [{ driver_id: 1, at: AT }], features: ['versioned:a'] }))[0]
        ?.a;
    expect([await read(one), await read(two)]).toEqual([1, 'one']);
  });

  it('loses nothing when two servers apply at once', async () => {
    const options = { entity: driver, ttl: 0, source: pushed(), features: { a: int() } } as const;
    const names = Array.from({ length: 6 }, (_, n) => `at_once_${n}`);
    const shared = featureView('at_once', options);
    await Promise.all(names.map((name) => world.store(shared, featureView(name, options)).apply()));
    const found = await world.db.prisma.featureView.findMany({
      where: { name: { startsWith: 'at_once' } },
    });
    expect(found.map((view) => view.name).sort()).toEqual(['at_once', ...names]);
  });

  it('is asked for where it has not run', async () => {
    const store = world.store(
      featureView('never', { entity: driver, ttl: 0, source: pushed(), features: { a: int() } }),
    );
    await expect(store.online({ rows: [{ driver_id: 1 }], features: ['never:a'] })).rejects.toThrow(
      'apply()',
    );
  });
});
