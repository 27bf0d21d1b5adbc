import type { TestEvent } from './world.ts';

/**
 * The features of `windowView` (see the tests) by definition: filter, sort, add up. `events` are
 * one customer's, in the order of arrival.
 */
export function expectedWindows(events: readonly TestEvent[], at: Date): Record<string, unknown> {
  const past = events
    .map((event, arrival) => ({ ...event, arrival }))
    .filter((event) => event.type === 'order' && event.at <= at)
    .sort((a, b) => a.at.getTime() - b.at.getTime() || a.arrival - b.arrival);
  const within = (days: number) =>
    past.filter((event) => event.at.getTime() >= at.getTime() - days * 86_400_000);
  const amounts = (of: readonly TestEvent[]) => of.flatMap((event) => event.amount ?? []);
  const total = (numbers: readonly number[]) => numbers.reduce((sum, it) => sum + it, 0);
  const average = (numbers: readonly number[]) =>
    numbers.length === 0 ? null : total(numbers) / numbers.length;
  const spend30 = total(amounts(within(30)));
  const spend90 = total(amounts(within(90)));
  const week = amounts(within(7)).sort((a, b) => a - b);
  const categories = within(90).flatMap((event) => categoryOf(event) ?? []);
  return {
    orders_30d: within(30).length,
    orders_7d: within(7).length,
    big_30d: within(30).filter((event) => (event.amount ?? 0) >= 50).length,
    spend_30d: spend30,
    spend_90d: spend90,
    basket_90d: average(amounts(within(90))),
    least_90d: amounts(within(90)).length === 0 ? null : Math.min(...amounts(within(90))),
    most: amounts(past).length === 0 ? null : Math.max(...amounts(past)),
    spread_90d: deviation(amounts(within(90))),
    median_7d: median(week),
    items: new Set(past.flatMap((event) => event.itemId ?? [])).size,
    top_90d: mostFrequent(categories),
    last_item: past.at(-1)?.itemId ?? null,
    first_item_30d: within(30)[0]?.itemId ?? null,
    first_at: past[0]?.at ?? null,
    last_at: past.at(-1)?.at ?? null,
    trend: spend90 === 0 ? null : spend30 / spend90,
    days:
      past.length === 0
        ? null
        : Math.floor((at.getTime() - (past.at(-1)?.at.getTime() ?? 0)) / 86_400_000),
  };
}

const categoryOf = (event: TestEvent): string | undefined =>
  (event.properties as { category?: string } | undefined)?.category;

function deviation(numbers: readonly number[]): number | null {
  if (numbers.length < 2) return null;
  const mean = numbers.reduce((sum, it) => sum + it, 0) / numbers.length;
  const squares = numbers.reduce((sum, it) => sum + (it - mean) ** 2, 0);
  return Math.sqrt(squares / (numbers.length - 1));
}

function median(sorted: readonly number[]): number | null {
  if (sorted.length === 0) return null;
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle)] ?? 0)) / 2;
}

function mostFrequent(texts: readonly string[]): string | null {
  const counts = new Map<string, number>();
  for (const text of [...texts].sort()) counts.set(text, (counts.get(text) ?? 0) + 1);
  let best: string | null = null;
  for (const [text, count] of counts)
    if (best === null || count > (counts.get(best) ?? 0)) best = text;
  return best;
}
