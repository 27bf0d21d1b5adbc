import type { TransferPair } from './pair.ts';
import { customers } from './pairs/customers.ts';
import { intents } from './pairs/intents.ts';
import { reviewsEn } from './pairs/reviews-en.ts';
import { reviewsZh } from './pairs/reviews-zh.ts';

/** Issue 6's pairs of domains. */
export const transferPairs: readonly TransferPair[] = [reviewsZh, reviewsEn, customers, intents];
