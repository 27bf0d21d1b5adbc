import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { FeatureValue } from '../../../src/features/store/feature-value.ts';
import {
  count,
  countDistinct,
  daysSince,
  entity,
  events,
  featureService,
  featureView,
  first,
  last,
  max,
  mean,
  min,
  mostFrequent,
  percentile,
  ratio,
  stddev,
  sum,
} from '../../../src/features/store/index.ts';
import { expectedWindows } from './window-oracle.ts';
import { createWorld, type TestEvent, type World } from './world.ts';

const customer = entity('customer', { keys: ['customer_id'] });
const windowView = featureView('purchases', {
  entity: customer,
  ttl: '120d',
  source: events('order'),
  features: {
    orders: count().over('7d', '30d'),
    big_30d: count()
      .where({ amount: { gte: 50 } })
      .over('30d'),
    spend_90d: sum('amount').over('90d'),
    spend_30d: sum('amount').over('30d'),
    basket_90d: mean('amount').over('90d'),
    least_90d: min('amount').over('90d'),
    most: max('amount'),
    spread_90d: stddev('amount').over('90d'),
    median_7d: percentile('amount', 0.5).over('7d'),
    items: countDistinct('itemId'),
    top_90d: mostFrequent('properties.category').over('90d'),
    last_item: last('itemId'),
    first_item_30d: first('itemId').over('30d'),
    first_at: first('occurredAt'),
    last_at: last('occurredAt'),
    trend: ratio('spend_30d', 'spend_90d'),
    days: daysSince('last_at'),
  },
});
const service = featureService('all_windows', [windowView]);
const DAY = 86_400_000;
const START = Date.parse('2026-01-01T00:00:00Z');

/** Few different days, windows' lengths apart: events often lie on the very edge of a window. */
const instant = fc
  .tuple(
    fc.constantFrom(-150, -120, -97, -90, -60, -37, -30, -7, 0, 7, 23, 30, 60),
    fc.constantFrom(0, 0, 0, 1, -1),
  )
  .map(([day, more]) => new Date(START + day * DAY + more));
const anEvent: fc.Arbitrary<TestEvent> = fc.record({
  customer: fc.integer({ min: 1, max: 3 }),
  type: fc.constantFrom('order', 'order', 'order', 'visit'),
  at: instant,
  amount: fc.option(
    fc.integer({ min: -20, max: 200 }).map((cents) => cents / 2),
    { nil: null },
  ),
  itemId: fc.option(fc.constantFrom('a', 'b', 'B'), { nil: null }),
  properties: fc.constantFrom<object>({}, { category: 'x' }, { category: 'y' }, { category: '7' }),
});

let world: World;
beforeAll(async () => {
  world = await createWorld();
  await world.addCustomers([1, 2, 3]);
});
afterAll(() => world.close());

const close = (actual: unknown, expected: unknown): void => {
  if (typeof expected === 'number' && !Number.isInteger(expected)) {
    expect(actual).toBeCloseTo(expected, 9);
  } else expect(actual).toEqual(expected);
};

describe('features over windows of events', () => {
  it('are what the definition says, as of any instant', async () => {
    const store = world.store(service);
    await store.apply();
    await fc.assert(
      fc.asyncProperty(
        fc.array(anEvent, { maxLength: 40, size: 'max' }),
        fc.array(fc.record({ customer_id: fc.integer({ min: 1, max: 4 }), at: instant }), {
          minLength: 1,
          maxLength: 8,
        }),
        async (history, rows) => {
          await world.clear();
          await world.addEvents(history);
          const results = await store.historical({ rows, features: ['purchases:*'] });
          expect(results).toHaveLength(rows.length);
          for (const [index, row] of rows.entries()) {
            const own = history.filter((event) => event.customer === row.customer_id);
            const expected = expectedWindows(own, row.at);
            const newest = expected.last_at as Date | null;
            const good = newest && newest.getTime() >= row.at.getTime() - 120 * DAY;
            for (const [name, value] of Object.entries(expected)) {
              close(results[index]?.[name], good ? value : null);
            }
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('are the same online now as historically now, however long ago they were refreshed', async () => {
    const store = world.store(service);
    await store.apply();
    await fc.assert(
      fc.asyncProperty(
        fc.array(anEvent, { maxLength: 30, size: 'max' }),
        instant,
        fc.array(fc.integer({ min: 0, max: 40 * DAY }), { minLength: 1, maxLength: 4 }),
        fc.boolean(),
        async (history, refreshedAt, steps, byService) => {
          await world.clear();
          await world.addEvents(history);
          world.clock.set(refreshedAt);
          await store.materializeIncremental();
          const rows = [3, 1, 4, 1].map((customer_id) => ({ customer_id }));
          for (const step of steps) {
            world.clock.advance(step);
            const now = world.clock.now();
            const asked = byService ? { service: 'all_windows' } : { features: ['purchases:*'] };
            const expected = await store.historical({
              ...asked,
              rows: rows.map((row) => ({ ...row, at: now })),
            });
            for (const fresh of [false, true]) {
              const actual = await store.online({ ...asked, rows, fresh });
              expect(actual.map((row) => plain(row, now))).toEqual(expected);
            }
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('has identical rows after any refreshes and after a full rebuild', async () => {
    const store = world.store(service);
    await store.apply();
    const rows = () =>
      world.db.pool.query(`select view_id, key, event_at, next_change_at, vals::text
        from feature_store.online_row order by 1, 2`);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(anEvent, { maxLength: 10 }), { minLength: 1, maxLength: 4 }),
        async (batches) => {
          await world.clear();
          world.clock.set('2026-01-01T00:00:00Z');
          for (const batch of batches) {
            await world.addEvents(batch);
            await store.materializeIncremental();
            world.clock.advance(9 * DAY);
          }
          await store.materializeIncremental();
          const kept = (await rows()).rows;
          await store.materialize();
          expect((await rows()).rows).toEqual(kept);
        },
      ),
      { numRuns: 30 },
    );
  });
});

/** A row of `online` as `historical` would give it. */
function plain(row: Record<string, unknown>, at: Date): Record<string, unknown> {
  const entries = Object.entries(row).map(([name, value]) =>
    name === 'customer_id' ? [name, value] : [name, (value as FeatureValue).value],
  );
  return { ...Object.fromEntries(entries), at };
}
