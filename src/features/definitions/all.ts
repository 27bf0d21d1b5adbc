import { count, first, last, mean, sum } from '../store/aggregate.ts';
import { entity } from '../store/entity.ts';
import type { Definition } from '../store/registry.ts';
import { events } from '../store/source.ts';
import { featureView } from '../store/view.ts';

const customer = entity('customer', { keys: ['customer_id'] });

const rfm = featureView('rfm', {
  entity: customer,
  ttl: 0,
  source: events('order'),
  features: {
    frequency: count(),
    orders_30d: count().over('30d'),
    monetary: sum('amount'),
    spend_90d: sum('amount').over('90d'),
    avg_basket_90d: mean('amount').over('90d'),
    last_order_at: last('occurredAt'),
    first_order_at: first('occurredAt'),
  },
});

/** The feature views and services that Cameo ships. */
export const DEFINITIONS: readonly Definition[] = [rfm];
