import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { definitions } from '../../../src/features/definitions/definitions.ts';
import { createWorld, type World } from '../store/world.ts';

const DAY = 86_400_000;
const NOW = new Date('2026-01-01T00:00:00Z');
const ago = (days: number) => new Date(NOW.getTime() - days * DAY);

let world: World;
beforeAll(async () => {
  world = await createWorld();
  await world.addCustomers([1, 2]);
  await world.addEvents([
    { customer: 1, type: 'signup', at: ago(400), properties: { channel: 'web' } },
    {
      customer: 1,
      type: 'page_view',
      at: ago(20),
      itemId: 'a',
      properties: { sessionId: 's1', channel: 'app', category: 'books' },
    },
    {
      customer: 1,
      type: 'order',
      at: ago(100),
      amount: 10,
      itemId: 'a',
      properties: { category: 'books' },
    },
    {
      customer: 1,
      type: 'order',
      at: ago(20),
      amount: 30,
      itemId: 'b',
      properties: { category: 'toys' },
    },
    { customer: 1, type: 'return', at: ago(10), amount: -30, properties: { reason: 'late' } },
    { customer: 1, type: 'review', at: ago(5), text: 'Quite good.', properties: { rating: 4 } },
    {
      customer: 2,
      type: 'card_payment',
      at: ago(3),
      amount: 7.5,
      properties: { merchantCategory: 'food', online: true },
    },
    {
      customer: 2,
      type: 'card_payment',
      at: ago(2),
      amount: 2.5,
      properties: { merchantCategory: 'food', online: false },
    },
    { customer: 2, type: 'login', at: ago(1) },
  ]);
});
afterAll(() => world.close());

describe('the shipped definitions', () => {
  it('describe a shopper and a bank customer', async () => {
    const store = world.store(...definitions);
    await store.apply();
    const features = definitions.flatMap((it) => (it.kind === 'view' ? `${it.name}:*` : []));
    const rows = [1, 2].map((customer_id) => ({ customer_id, at: NOW }));
    const [shopper, saver] = await store.historical({ rows, features, fullNames: true });
    expect(shopper).toMatchObject({
      rfm__recency_days: 20,
      rfm__frequency: 2,
      rfm__orders_90d: 1,
      rfm__monetary: 40,
      purchases__top_category_90d: 'toys',
      purchases__spend_trend: 1,
      engagement__sessions_30d: 1,
      texts__reviews: 1,
      texts__avg_length: 11,
      texts__avg_rating: 4,
      texts__last_text: 'Quite good.',
      lifecycle__tenure_days: 400,
      lifecycle__inactive_days: 5,
      lifecycle__signup_channel: 'web',
      returns__returned_365d: 1,
      returns__return_rate_365d: 0.5,
      returns__kept_orders_365d: 1,
      returns__top_return_reason_365d: 'late',
    });
    expect(saver).toMatchObject({
      rfm__orders_30d: 2,
      rfm__spend_30d: 10,
      purchases__top_merchant_category_90d: 'food',
      purchases__online_share_365d: 0.5,
      engagement__logins_30d: 1,
      texts__reviews: null,
      lifecycle__events_30d: 3,
      returns__returned_365d: 0,
    });
  });

  it('serve their services online as historically', async () => {
    const store = world.store(...definitions);
    await store.apply();
    await store.materializeIncremental();
    for (const service of ['profile', 'repurchase']) {
      const [then] = await store.historical({ rows: [{ customer_id: 1, at: NOW }], service });
      const [now] = await store.online({ rows: [{ customer_id: 1 }], service });
      const { customer_id, ...values } = now ?? {};
      const plain = Object.entries(values).map(([name, it]) => [
        name,
        (it as { value: unknown }).value,
      ]);
      expect({ customer_id, at: NOW, ...Object.fromEntries(plain) }).toEqual(then);
    }
  });
});
