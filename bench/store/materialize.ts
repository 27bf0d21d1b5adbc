// Materialising 5 views for 100,000 customers. Bars: twice the events take at most 2.2x the time;
// an incremental refresh of 1% dirty customers takes at most 5% of the full one.
// Half the events are there for the first full run, all for the second.
import sql from 'sql-template-tag';
import { createFakeClock } from '../../src/clock.ts';
import {
  count,
  countDistinct,
  entity,
  events,
  featureView,
  last,
  max,
  mean,
  sum,
} from '../../src/features/store/index.ts';
import { createFeatureStore } from '../../src/features/store/store.ts';
import { median, report, timed } from '../helpers/figures.ts';
import { addEvents, NOW, size, withDatabase } from './setup.ts';

const CUSTOMERS = size('customers', 100_000);
const EVENTS = size('events', 5_000_000);
const ROUNDS = size('rounds', 3);
const options = { entity: entity('customer', { keys: ['customer_id'] }), ttl: 0 } as const;
const definitions = [
  featureView('frequency', {
    ...options,
    source: events('order'),
    features: { orders: count().over('30d', '90d') },
  }),
  featureView('money', {
    ...options,
    source: events('order'),
    features: { spend: sum('amount').over('30d', '90d'), basket: mean('amount').over('90d') },
  }),
  featureView('items', {
    ...options,
    source: events('order'),
    features: { items_90d: countDistinct('itemId').over('90d'), largest: max('amount') },
  }),
  featureView('visits', {
    ...options,
    source: events('visit'),
    features: { visits_30d: count().over('30d'), last_at: last('occurredAt') },
  }),
  featureView('activity', {
    ...options,
    source: events(),
    features: { total: count(), last_event_at: last('occurredAt') },
  }),
];

await withDatabase(async (db) => {
  const store = createFeatureStore({
    db,
    clock: createFakeClock(NOW),
    definitions,
    print: () => {},
  });
  await store.apply();
  const full = async () => {
    const times: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      times.push(await timed(() => store.materialize()));
      await db.pool.query('vacuum feature_store.online_row');
    }
    return median(times);
  };
  await addEvents(db, CUSTOMERS, EVENTS / 2);
  const half = await full();
  await addEvents(db, CUSTOMERS, EVENTS / 2);
  const whole = await full();
  report({
    bench: `materialise 5 views, ${CUSTOMERS} customers, ${EVENTS / 2} -> ${EVENTS} events`,
    figure: `${(whole / half).toFixed(2)}x the time (${(half / 1000).toFixed(1)} -> ${(whole / 1000).toFixed(1)} s)`,
    bar: '<= 2.2x',
    met: whole <= 2.2 * half,
  });
  // Rows whose windows end at this very moment are not part of what is measured.
  await store.materializeIncremental();
  const dirty: number[] = [];
  for (let round = 0; round < 5; round += 1) {
    await db.query(sql`
      insert into customer_change (customer_id)
      select id from customer where id % 100 = ${round}`);
    dirty.push(await timed(() => store.materializeIncremental()));
  }
  const part = median(dirty);
  report({
    bench: 'materialise, incremental with 1% of the customers dirty',
    figure: `${((100 * part) / whole).toFixed(2)}% of the full run (${part.toFixed(0)} ms)`,
    bar: '<= 5%',
    met: part <= 0.05 * whole,
  });
  const peak = Math.round(process.resourceUsage().maxRSS / 1024);
  report({
    bench: 'materialise, peak memory of the process',
    figure: `${peak} MB`,
    bar: '< 500 MB',
    met: peak < 500,
  });
});
