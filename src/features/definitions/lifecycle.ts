import { count, countDistinct, first, last } from '../store/aggregate.ts';
import { daysSince, ratio } from '../store/derived.ts';
import { events } from '../store/source.ts';
import { featureView } from '../store/view.ts';
import { customer } from './customer.ts';

/** How long a customer has been there, and whether it is getting more or less active. */
export const lifecycle = featureView('lifecycle', {
  entity: customer,
  ttl: 0,
  source: events(),
  description: 'Tenure and the stage of the relationship, from all events',
  features: {
    first_event_at: first('occurredAt'),
    last_event_at: last('occurredAt'),
    tenure_days: daysSince('first_event_at'),
    inactive_days: daysSince('last_event_at'),
    events_total: count(),
    events: count().over('30d', '90d', '365d'),
    event_types_90d: countDistinct('type').over('90d'),
    /** Above a third: more active in the last month than in the two before it. */
    momentum: ratio('events_30d', 'events_90d'),
    signup_channel: first('properties.channel').where({
      type: { in: ['signup', 'account_opened'] },
    }),
  },
});
