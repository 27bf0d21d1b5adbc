// Window features as of 20,000 (customer, instant) pairs, beside SQL written by hand for the same
// features. Bar: <= 2x. Both bring their rows to JavaScript.
import sql from 'sql-template-tag';
import { createFakeClock } from '../../src/clock.ts';
import type { Db } from '../../src/db.ts';
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
import { seededRandom } from '../../src/ml/random.ts';
import { median, report, timed } from '../helpers/figures.ts';
import { addEvents, DAY, NOW, size, withDatabase } from './setup.ts';

const CUSTOMERS = size('customers', 20_000);
const EVENTS = size('events', 1_000_000);
const ASKED = size('asked', 20_000);
const ROUNDS = size('rounds', 5);
const view = featureView('purchases', {
  entity: entity('customer', { keys: ['customer_id'] }),
  ttl: 0,
  source: events('order'),
  features: {
    orders_30d: count().over('30d'),
    orders_90d: count().over('90d'),
    spend_30d: sum('amount').over('30d'),
    spend_90d: sum('amount').over('90d'),
    basket_90d: mean('amount').over('90d'),
    largest: max('amount'),
    items_365d: countDistinct('itemId').over('365d'),
    last_order_at: last('occurredAt'),
  },
});

await withDatabase(async (db) => {
  await addEvents(db, CUSTOMERS, EVENTS);
  const store = createFeatureStore({
    db,
    clock: createFakeClock(NOW),
    definitions: [view],
    print: () => {},
  });
  await store.apply();
  const random = seededRandom(4).next;
  const rows = Array.from({ length: ASKED }, () => ({
    customer_id: 1 + Math.floor(random() * CUSTOMERS),
    at: new Date(NOW.getTime() - Math.floor(random() * 300 * DAY)),
  }));
  const ours = () => store.historical({ rows, features: ['purchases:*'] });
  const theirs = () => byHand(db, rows);
  const [one, other] = [await ours(), await theirs()];
  for (const { i, orders_30d, largest } of other) {
    const row = one[i];
    if (row?.orders_30d !== orders_30d || row?.largest !== largest)
      throw new Error(`Row ${i} differs.`);
  }
  const times = { ours: [] as number[], theirs: [] as number[] };
  for (let round = 0; round < ROUNDS; round += 1) {
    times.ours.push(await timed(ours));
    times.theirs.push(await timed(theirs));
  }
  const [own, hand] = [median(times.ours), median(times.theirs)];
  report({
    bench: `window features, ${ASKED} historical rows, ${EVENTS} events`,
    figure: `${(own / hand).toFixed(2)}x SQL by hand (${own.toFixed(0)} / ${hand.toFixed(0)} ms)`,
    bar: '<= 2x',
    met: own <= 2 * hand,
  });
});

interface HandRow {
  readonly i: number;
  readonly orders_30d: number;
  readonly largest: number;
}

function byHand(db: Db, rows: readonly { customer_id: number; at: Date }[]): Promise<HandRow[]> {
  return db.query<HandRow>(sql`
    select r.i,
      count(*) filter (where e.occurred_at >= r.at - interval '720 hours') as orders_30d,
      count(*) filter (where e.occurred_at >= r.at - interval '2160 hours') as orders_90d,
      sum(amount) filter (where e.occurred_at >= r.at - interval '720 hours') as spend_30d,
      sum(amount) filter (where e.occurred_at >= r.at - interval '2160 hours') as spend_90d,
      avg(amount) filter (where e.occurred_at >= r.at - interval '2160 hours') as basket_90d,
      max(amount) as largest,
      count(distinct item_id) filter (where e.occurred_at >= r.at - interval '8760 hours') as items_365d,
      max(e.occurred_at) as last_order_at
    from unnest(${rows.map((_, i) => i)}::int[], ${rows.map((row) => row.customer_id)}::int[],
      ${rows.map((row) => row.at)}::timestamptz[]) as r(i, customer_id, at)
    join event e on e.customer_id = r.customer_id and e.occurred_at <= r.at and e.type = 'order'
    group by r.i`);
}
