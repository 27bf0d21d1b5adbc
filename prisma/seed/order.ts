import { DAY } from './calendar.ts';
import type { Item } from './catalogue.ts';
import { cents, type Draft, type Traveller } from './journey.ts';
import type { Level, Occupation, Person } from './person.ts';
import {
  chance,
  geometric,
  integer,
  logNormal,
  pick,
  type Random,
  uniform,
  weighted,
} from './random.ts';

const COUPON_USE: Readonly<Record<Level, number>> = { high: 0.68, medium: 0.35, low: 0.1 };
const CURIOSITY = { conservative: 0.01, balanced: 0.06, aggressive: 0.22 };
const CAUTION = { conservative: 0.34, balanced: 0.12, aggressive: 0.04 };

const OFFICE_JOBS = new Set<Occupation>(['engineer', 'teacher', 'healthcare', 'sales', 'manager']);

function destination(random: Random, { occupation }: Person): string {
  const away = occupation === 'student' ? 'dorm' : OFFICE_JOBS.has(occupation) ? 'office' : 'home';
  return chance(random, 0.6) ? away : pick(random, ['home', 'home', 'pickup_point']);
}

/** What was seen last, and for some the item before it; some with a coupon. */
export function buy(
  { random, account }: Traveller,
  seen: readonly Item[],
  at: number,
  common: object,
): Draft {
  const { priceSensitivity, riskPreference, income } = account.person;
  const items = seen.slice(chance(random, 0.25) ? -2 : -1).reverse();
  const lines = items.map((item) => lineOf(random, item, income));
  const coupon = chance(random, COUPON_USE[priceSensitivity]);
  const discount = coupon ? integer(random, 1, 6) * 5 : 0;
  const full = lines.reduce((sum, line) => sum + line.quantity * line.unitPrice, 0);
  const properties = {
    ...common,
    items: lines,
    quantity: lines.reduce((sum, line) => sum + line.quantity, 0),
    coupon,
    discount,
    tier: items[0]?.tier,
    deliverTo: destination(random, account.person),
    payment: weighted(random, {
      card: 4,
      wallet: 5,
      pay_later: priceSensitivity === 'high' ? 2 : 0.5,
    }),
    warranty: chance(random, CAUTION[riskPreference]),
    preorder: chance(random, CURIOSITY[riskPreference]),
  };
  const amount = cents(full * (1 - discount / 100));
  return { type: 'order', at, itemId: items[0]?.id ?? '', amount, properties };
}

function lineOf(random: Random, { id, price }: Item, income: number) {
  return { itemId: id, quantity: quantity(random, price, income), unitPrice: price };
}

/** Mostly one; cheap things in packs, and now and then somebody buys for an office. */
function quantity(random: Random, price: number, income: number): number {
  if (chance(random, 0.02)) return Math.ceil(logNormal(random, 8, 0.8));
  return 1 + Math.min(6, geometric(random, price < income / 150 ? 0.6 : 0.93));
}

/** Poor items and clothes come back within three weeks; the money goes out again. */
export function sendBack(random: Random, item: Item, order: Draft): Draft[] {
  const risk = 0.06 + (item.quality < -0.5 ? 0.12 : 0) + (item.category === 'fashion' ? 0.1 : 0);
  if (!chance(random, risk)) return [];
  const misfit = item.category === 'fashion' ? 4 : 0.5;
  const reason = weighted(random, {
    defective: item.quality < 0 ? 3 : 1,
    does_not_fit: misfit,
    not_as_described: 1.5,
    changed_mind: 1.5,
    late: 0.6,
  });
  return [
    {
      type: 'return',
      at: Math.round(order.at + uniform(random, 3, 20) * DAY),
      itemId: item.id,
      amount: -(order.amount ?? 0),
      properties: { orderId: order.properties.orderId, category: item.category, reason },
    },
  ];
}
