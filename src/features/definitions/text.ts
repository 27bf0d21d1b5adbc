import { count, last, max, mean, sum } from '../store/aggregate.ts';
import { events } from '../store/source.ts';
import { featureView } from '../store/view.ts';
import { customer } from './customer.ts';

/** What a customer has written. */
export const texts = featureView('texts', {
  entity: customer,
  ttl: 0,
  source: events('review', 'support_chat'),
  description: 'Reviews and chats: how many, how long, and the last of them',
  features: {
    reviews: count().where({ type: 'review' }),
    reviews_90d: count().where({ type: 'review' }).over('90d'),
    chats: count().where({ type: 'support_chat' }),
    avg_rating: mean('properties.rating').where({ type: 'review' }),
    avg_length: mean('text.length'),
    longest: max('text.length'),
    characters_90d: sum('text.length').over('90d'),
    last_text: last('text').where({ text: { exists: true } }),
    last_text_at: last('occurredAt').where({ text: { exists: true } }),
    last_rating: last('properties.rating').where({ type: 'review' }),
  },
});
