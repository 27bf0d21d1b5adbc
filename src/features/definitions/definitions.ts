import type { Definition } from '../store/registry.ts';
import { featureService } from '../store/service.ts';
import { engagement } from './engagement.ts';
import { lifecycle } from './lifecycle.ts';
import { purchases } from './purchases.ts';
import { returns } from './returns.ts';
import { rfm } from './rfm.ts';
import { texts } from './text.ts';

/** What a customer's page shows. */
export const profileService = featureService('profile', [
  rfm,
  lifecycle.pick('tenure_days', 'inactive_days', 'events_30d', 'momentum'),
  engagement.pick('activities_30d', 'sessions_30d', 'last_active_at', 'favourite_channel_90d'),
  purchases.pick('avg_basket', 'top_category_90d', 'top_merchant_category_90d'),
  texts.pick('reviews', 'last_text'),
]);

/** Numbers that tell whether a customer will buy again. */
export const repurchaseService = featureService('repurchase', [
  rfm.pick(
    'recency_days',
    'frequency',
    'orders_30d',
    'orders_90d',
    'orders_180d',
    'orders_365d',
    'monetary',
    'spend_30d',
    'spend_90d',
    'spend_180d',
    'spend_365d',
  ),
  purchases.pick('avg_basket', 'largest_basket', 'distinct_items_365d', 'spend_trend'),
  lifecycle.pick('tenure_days', 'momentum'),
]);

/** The feature views and services that Cameo ships with, for retail and for finance. */
export const definitions: readonly Definition[] = [
  rfm,
  purchases,
  engagement,
  texts,
  lifecycle,
  returns,
  profileService,
  repurchaseService,
];
