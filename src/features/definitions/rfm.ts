import { count, last, sum } from '../store/aggregate.ts';
import { daysSince } from '../store/derived.ts';
import { events } from '../store/source.ts';
import { featureView } from '../store/view.ts';
import { customer } from './customer.ts';

/** What a purchase is: an order in retail, a card payment in finance. */
export const PURCHASES = ['order', 'card_payment'] as const;

/** Recency, frequency, monetary value. */
export const rfm = featureView('rfm', {
  entity: customer,
  ttl: 0,
  source: events(...PURCHASES),
  description: 'Recency, frequency and monetary value of purchases',
  features: {
    recency_days: daysSince('last_order_at'),
    last_order_at: last('occurredAt'),
    frequency: count(),
    orders: count().over('30d', '90d', '180d', '365d'),
    monetary: sum('amount'),
    spend: sum('amount').over('30d', '90d', '180d', '365d'),
  },
});
