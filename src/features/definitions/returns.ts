import { count, last, mostFrequent, sum } from '../store/aggregate.ts';
import { difference, ratio } from '../store/derived.ts';
import { events } from '../store/source.ts';
import { featureView } from '../store/view.ts';
import { customer } from './customer.ts';
import { PURCHASES } from './rfm.ts';

const BACK = { type: { in: ['return', 'refund'] } } as const;
const BOUGHT = { type: { in: PURCHASES } } as const;

/** What comes back: returns in retail, refunds in finance. Their amounts are negative. */
export const returns = featureView('returns', {
  entity: customer,
  ttl: 0,
  source: events(...PURCHASES, 'return', 'refund'),
  description: 'Returns and refunds, beside the purchases they undo',
  features: {
    returned: count().where(BACK).over('90d', '365d'),
    returned_amount_365d: sum('amount').where(BACK).over('365d'),
    kept_orders_365d: difference('purchased_365d', 'returned_365d'),
    purchased_365d: count().where(BOUGHT).over('365d'),
    return_rate_365d: ratio('returned_365d', 'purchased_365d'),
    last_return_at: last('occurredAt').where(BACK),
    top_return_reason_365d: mostFrequent('properties.reason').where(BACK).over('365d'),
  },
});
