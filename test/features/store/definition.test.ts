import { describe, expect, it } from '@jest/globals';
import {
  bool,
  count,
  countDistinct,
  double,
  entity,
  events,
  featureService,
  featureView,
  first,
  int,
  last,
  list,
  mean,
  mostFrequent,
  onDemandView,
  pushed,
  ratio,
  request,
  sum,
  text,
  vector,
} from '../../../src/features/store/index.ts';

const customer = entity('customer', { keys: ['customer_id'] });
const driver = entity('driver', { keys: ['driver_id'] });
const stats = featureView('driver_stats', {
  entity: driver,
  ttl: '2h',
  source: pushed(),
  features: { trips: int(), rating: double(), city: text(), tags: list(text()), vec: vector(2) },
});
const purchases = featureView('purchases', {
  entity: customer,
  ttl: 0,
  source: events('order'),
  features: {
    orders_30d: count().over('30d'),
    spend_90d: sum('amount').over('90d'),
    basket: mean('amount').over('7d', '90d'),
    last_order_at: last('occurredAt'),
    first_order_at: first('occurredAt'),
    distinct_items_365d: countDistinct('itemId').over('365d'),
    top_category_90d: mostFrequent('properties.category').over('90d'),
    spend_trend: ratio('spend_30d', 'spend_90d'),
  },
});

describe('a feature view', () => {
  it('keeps its features in order, one for each window', () => {
    const names = purchases.features.filter((it) => !it.hidden).map((it) => it.name);
    expect(names).toEqual([
      'orders_30d',
      'spend_90d',
      'basket_7d',
      'basket_90d',
      'last_order_at',
      'first_order_at',
      'distinct_items_365d',
      'top_category_90d',
      'spend_trend',
    ]);
  });

  it('computes the input of a derived feature that is declared over another window only', () => {
    const hidden = purchases.features.filter((it) => it.hidden);
    expect(hidden).toEqual([
      {
        name: 'spend_30d',
        type: { kind: 'double' },
        hidden: true,
        aggregate: { name: 'sum', field: 'amount', window: '30d' },
      },
    ]);
  });

  it.each([
    ['a name that is not snake_case', () => entity('Driver', { keys: [] }), 'Driver'],
    ['a repeated key', () => entity('pair', { keys: ['a', 'a'] as string[] }), '"a"'],
    ['an unknown feature in pick', () => stats.pick('trip' as 'trips'), '"trip"'],
    ['a bad ttl', () => featureView('v', { ...plain, ttl: '2x' }), '"2x"'],
    [
      'an aggregate of a pushed view',
      () => featureView('v', { ...plain, features: { n: count() } }),
      '"n"',
    ],
    ['no feature', () => featureView('v', { ...plain, features: {} }), '"v"'],
    ['a derived feature of nothing', () => eventView({ x: ratio('a', 'b') }), '"a"'],
    ['an unknown event field', () => eventView({ x: sum('price' as 'amount') }), '"price"'],
    ['a sum of texts', () => eventView({ x: sum('text') }), 'text'],
    ['an empty service', () => featureService('s', []), '"s"'],
    ['a bad window', () => count().over('30x' as '30d'), '"30x"'],
    ['a bad operator', () => count().where({ amount: { above: 1 } as object }), 'amount'],
    [
      'events of another entity',
      () =>
        featureView('v', { entity: driver, ttl: 0, source: events('x'), features: { n: count() } }),
      'customer',
    ],
  ])('refuses %s and names it', (_, define, named) => {
    expect(define).toThrow(named);
  });
});

const plain = { entity: driver, ttl: 0, source: pushed(), features: { x: bool() } } as const;
const eventView = (features: Parameters<typeof featureView>[1]['features']) =>
  featureView('v', { entity: customer, ttl: 0, source: events('order'), features });

describe('an on-demand view', () => {
  const risk = onDemandView('risk', {
    inputs: [purchases.pick('spend_90d'), request({ amount: double() })],
    features: { share: double(), known: bool() },
    compute: ({ amount, spend_90d }) => ({
      share: amount === null || !spend_90d ? null : amount / spend_90d,
      known: spend_90d !== null,
    }),
  });

  it('computes from features and the request', () => {
    expect(risk.run({ spend_90d: 200, amount: 50 })).toEqual({ share: 0.25, known: true });
  });

  it('refuses a missing request field, naming it', () => {
    expect(() => risk.run({ spend_90d: 200 })).toThrow('"amount"');
  });

  it('refuses a result of the wrong type, naming it', () => {
    const wrong = onDemandView('wrong', {
      inputs: [request({ amount: double() })],
      features: { whole: int() },
      compute: ({ amount }) => ({ whole: amount }),
    });
    expect(() => wrong.run({ amount: 0.5 })).toThrow('"whole"');
  });

  it('refuses two inputs of one name', () => {
    const inputs = [purchases.pick('spend_90d'), request({ spend_90d: double() })] as const;
    expect(() =>
      onDemandView('twice', { inputs, features: { x: bool() }, compute: () => ({ x: null }) }),
    ).toThrow('"spend_90d"');
  });
});
