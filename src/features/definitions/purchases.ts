import {
  count,
  countDistinct,
  first,
  max,
  mean,
  min,
  mostFrequent,
  percentile,
  stddev,
  sum,
} from '../store/aggregate.ts';
import { ratio } from '../store/derived.ts';
import { events } from '../store/source.ts';
import { featureView } from '../store/view.ts';
import { customer } from './customer.ts';
import { PURCHASES } from './rfm.ts';

/** What is bought, for how much, and where it is going. */
export const purchases = featureView('purchases', {
  entity: customer,
  ttl: 0,
  source: events(...PURCHASES),
  description: 'Baskets, items, categories and trends of purchases',
  features: {
    first_order_at: first('occurredAt'),
    avg_basket: mean('amount'),
    avg_basket_90d: mean('amount').over('90d'),
    median_basket_365d: percentile('amount', 0.5).over('365d'),
    largest_basket: max('amount'),
    smallest_basket: min('amount'),
    basket_spread_365d: stddev('amount').over('365d'),
    distinct_items_365d: countDistinct('itemId').over('365d'),
    large_orders_365d: count()
      .where({ amount: { gte: 500 } })
      .over('365d'),
    top_category_90d: mostFrequent('properties.category').over('90d'),
    top_merchant_category_90d: mostFrequent('properties.merchantCategory').over('90d'),
    top_channel_365d: mostFrequent('properties.channel').over('365d'),
    online_share_365d: ratio('online_365d', 'bought_365d'),
    online_365d: count().where({ 'properties.online': true }).over('365d'),
    bought_365d: count().over('365d'),
    spent: sum('amount').over('30d', '90d'),
    spend_trend: ratio('spent_30d', 'spent_90d'),
  },
});
