import type { FeatureColumn, TrainingRow } from '../../src/ml/run/spec.ts';
import type { Basket } from './baskets.ts';

const DAY = 86_400_000;

/** What is known of a customer at a date: `past` holds the baskets up to then, in order. */
interface Known {
  readonly past: readonly Basket[];
  readonly bought: readonly Basket[];
  readonly cut: number;
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const mean = (values: readonly number[]) => (values.length ? sum(values) / values.length : null);
const ratio = (a: number, b: number) => (b === 0 ? null : a / b);
const lastDays = ({ bought, cut }: Known, days: number) =>
  bought.filter(({ at }) => at >= cut - days * DAY);
const spend = (baskets: readonly Basket[]) => sum(baskets.map(({ amount }) => amount));
const days = ({ bought }: Known) => [...new Set(bought.map(({ at }) => Math.floor(at / DAY)))];
const gaps = (known: Known) =>
  days(known)
    .slice(1)
    .map((day, i) => day - (days(known)[i] ?? 0));
const recency = ({ bought, cut }: Known) => (cut - (bought.at(-1)?.at ?? 0)) / DAY;
const tenure = ({ bought, cut }: Known) => (cut - (bought[0]?.at ?? 0)) / DAY;

const definitions: { readonly [name: string]: (known: Known) => number | null } = {
  recency_days: recency,
  tenure_days: tenure,
  orders: ({ bought }) => bought.length,
  order_days: (known) => days(known).length,
  monetary: ({ bought }) => spend(bought),
  orders_30d: (known) => lastDays(known, 30).length,
  orders_60d: (known) => lastDays(known, 60).length,
  orders_91d: (known) => lastDays(known, 91).length,
  spend_30d: (known) => spend(lastDays(known, 30)),
  spend_91d: (known) => spend(lastDays(known, 91)),
  items_91d: (known) => new Set(lastDays(known, 91).flatMap(({ items }) => items)).size,
  months_active_91d: (known) =>
    new Set(lastDays(known, 91).map(({ at }) => Math.floor((known.cut - at) / (30.4 * DAY)))).size,
  mean_basket: ({ bought }) => mean(bought.map(({ amount }) => amount)),
  largest_basket: ({ bought }) => Math.max(...bought.map(({ amount }) => amount)),
  last_basket: ({ bought }) => bought.at(-1)?.amount ?? null,
  mean_lines: ({ bought }) => mean(bought.map(({ items }) => items.length)),
  mean_price: ({ bought }) => ratio(spend(bought), sum(bought.map(({ quantity }) => quantity))),
  distinct_items: ({ bought }) => new Set(bought.flatMap(({ items }) => items)).size,
  repeated_items: ({ bought }) => {
    const all = bought.flatMap(({ items }) => [...new Set(items)]);
    return 1 - new Set(all).size / all.length;
  },
  mean_gap: (known) => mean(gaps(known)),
  longest_gap: (known) => (gaps(known).length ? Math.max(...gaps(known)) : null),
  last_gap: (known) => gaps(known).at(-1) ?? null,
  // How late the customer is by his or her own rhythm.
  lateness: (known) => ratio(recency(known), mean(gaps(known)) ?? 0),
  orders_a_month: (known) => (30.4 * days(known).length) / Math.max(15, tenure(known)),
  spend_a_month: (known) => (30.4 * spend(known.bought)) / Math.max(15, tenure(known)),
  cancelled: ({ past }) => past.filter(({ cancelled }) => cancelled).length,
  cancelled_91d: ({ past, cut }) =>
    past.filter(({ at, cancelled }) => cancelled && at >= cut - 91 * DAY).length,
  abroad: ({ bought }) => (bought.at(-1)?.country === 'United Kingdom' ? 0 : 1),
};

export const featureColumns: FeatureColumn[] = Object.keys(definitions).map((name) => ({
  name,
  kind: 'number',
}));

/** The values of `featureColumns` from baskets up to the cut. */
export function featuresAsOf(past: readonly Basket[], cut: number): TrainingRow['features'] {
  const known = { past, bought: past.filter(({ cancelled }) => !cancelled), cut };
  return Object.values(definitions).map((of) => of(known));
}
