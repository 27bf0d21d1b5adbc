import { count, countDistinct, last, mostFrequent } from '../store/aggregate.ts';
import { events } from '../store/source.ts';
import { featureView } from '../store/view.ts';
import { customer } from './customer.ts';

/** Visits in both domains: pages and carts of the shop, logins of the bank. */
const VISITS = ['page_view', 'search', 'add_to_cart', 'login', 'visit'] as const;

/** How often and how recently a customer shows up, by what it does. */
export const engagement = featureView('engagement', {
  entity: customer,
  ttl: 0,
  source: events(...VISITS, 'support_chat'),
  description: 'Visits, sessions and the last time of each kind of activity',
  features: {
    activities: count().over('7d', '30d', '90d'),
    sessions: countDistinct('properties.sessionId').over('30d', '90d'),
    logins_30d: count().where({ type: 'login' }).over('30d'),
    searches_30d: count().where({ type: 'search' }).over('30d'),
    carts_30d: count().where({ type: 'add_to_cart' }).over('30d'),
    support_chats_90d: count().where({ type: 'support_chat' }).over('90d'),
    items_viewed_30d: countDistinct('itemId').where({ type: 'page_view' }).over('30d'),
    top_viewed_category_30d: mostFrequent('properties.category')
      .where({ type: 'page_view' })
      .over('30d'),
    last_active_at: last('occurredAt'),
    last_page_view_at: last('occurredAt').where({ type: 'page_view' }),
    last_cart_at: last('occurredAt').where({ type: 'add_to_cart' }),
    last_login_at: last('occurredAt').where({ type: 'login' }),
    last_support_chat_at: last('occurredAt').where({ type: 'support_chat' }),
    favourite_channel_90d: mostFrequent('properties.channel').over('90d'),
  },
});
