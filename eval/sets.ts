import { banking77, banking77Five, banking77Ten } from './data/banking77.ts';
import { onlineRetail } from './data/online-retail.ts';
import {
  eprstmt,
  tenCategoriesCategory,
  tenCategoriesSentiment,
  womensClothing,
} from './data/reviews.ts';
import { bankMarketing, ecommerceChurn, onlineShoppers } from './data/tables.ts';
import type { EvalSet } from './set.ts';

/** Issue 5's table, in its order. */
export const evalSets: readonly EvalSet[] = [
  banking77,
  banking77Ten,
  banking77Five,
  tenCategoriesSentiment,
  tenCategoriesCategory,
  eprstmt,
  womensClothing,
  ecommerceChurn,
  bankMarketing,
  onlineShoppers,
  ...onlineRetail,
];
