import { DAY, dayWeight } from './calendar.ts';
import { type Item, TIER_APPEAL } from './catalogue.ts';
import { cents, createStopwatch, type Draft, type Traveller, travel } from './journey.ts';
import { phrases, readLexicon } from './lexicon.ts';
import { INTERESTS, type Interest, type Level, type Occupation, type Person } from './person.ts';
import {
  chance,
  geometric,
  integer,
  logNormal,
  pick,
  type Random,
  uniform,
  weighted,
  weightedItem,
} from './random.ts';

export type Shelves = ReadonlyMap<Interest, readonly Item[]>;

const NEEDS = readLexicon('needs');
const COUPON_USE: Readonly<Record<Level, number>> = { high: 0.68, medium: 0.35, low: 0.1 };
const CURIOSITY = { conservative: 0.01, balanced: 0.06, aggressive: 0.22 };
const CAUTION = { conservative: 0.34, balanced: 0.12, aggressive: 0.04 };

/** A shopper's events: sign-up, then sessions that look, sometimes fill a cart, sometimes buy, sometimes return. */
export function shop(traveller: Traveller, shelves: Shelves, budget: number): Draft[] {
  const { random, account } = traveller;
  const signUp = {
    type: 'signup',
    at: account.since,
    properties: { channel: pick(random, ['web', 'app']) },
  };
  return travel(traveller, budget, signUp, (at, count) => {
    const tick = createStopwatch(random, at);
    const category = chance(random, 0.72)
      ? pick(random, account.person.interests)
      : pick(random, INTERESTS);
    const seen = browse(traveller, shelves.get(category) ?? [], tick, count);
    const wanted = seen.items.at(-1);
    const keen = Math.min(
      1.5,
      dayWeight(new Date(at - (at % DAY)), 'retail', account.person.region) ** 0.25,
    );
    if (wanted === undefined || !chance(random, 0.6 * keen)) return seen.drafts;
    const cart = {
      type: 'add_to_cart',
      at: tick(),
      itemId: wanted.id,
      properties: { ...seen.common, price: wanted.price },
    };
    if (!chance(random, 0.7 * keen)) return [...seen.drafts, cart];
    const order = buy(traveller, seen.items, tick(), {
      ...seen.common,
      orderId: `${account.ref}-o${count}`,
    });
    return [...seen.drafts, cart, order, ...sendBack(random, wanted, order)];
  });
}

function browse(
  { random, account }: Traveller,
  shelf: readonly Item[],
  tick: () => number,
  count: number,
) {
  const { priceSensitivity, language } = account.person;
  const appeal = TIER_APPEAL[priceSensitivity];
  const common = {
    sessionId: `${account.ref}-s${count}`,
    category: shelf[0]?.category,
    channel: weighted(random, {
      app: account.person.age < 45 ? 5 : 2,
      web: 2,
      mini_program: language === 'zh' ? 3 : 0,
    }),
  };
  const items = Array.from({ length: 1 + Math.min(8, geometric(random, 0.58)) }, () =>
    weightedItem(random, shelf, (item) => item.popularity * appeal[item.tier]),
  );
  const wish = items[0]?.name[language].split(' ').at(-1);
  const query = chance(random, 0.4) ? needOf(random, account.person) : wish;
  const search = chance(random, 0.35)
    ? [{ type: 'search', at: tick(), properties: { ...common, query } }]
    : [];
  const views = items.map((item) => ({
    ...{ type: 'page_view', at: tick(), itemId: item.id },
    properties: { ...common, price: item.price, tier: item.tier },
  }));
  return { common, items, drafts: [...search, ...views] as Draft[] };
}

/** Something that their job or time of life makes them look for. */
function needOf(random: Random, { occupation, lifeStage, language }: Person): string {
  const section = chance(random, 0.55) ? `occupation.${occupation}` : `life_stage.${lifeStage}`;
  const [en = '', zh = ''] = pick(random, phrases(NEEDS, section)).split('|');
  return language === 'en' ? en : zh;
}

const OFFICE_JOBS = new Set<Occupation>(['engineer', 'teacher', 'healthcare', 'sales', 'manager']);

function destination(random: Random, { occupation }: Person): string {
  const away = occupation === 'student' ? 'dorm' : OFFICE_JOBS.has(occupation) ? 'office' : 'home';
  return chance(random, 0.6) ? away : pick(random, ['home', 'home', 'pickup_point']);
}

function buy(
  { random, account }: Traveller,
  seen: readonly Item[],
  at: number,
  common: object,
): Draft {
  const { priceSensitivity, riskPreference, income } = account.person;
  const items = seen.slice(chance(random, 0.25) ? -2 : -1).reverse();
  const lines = items.map(({ id, price }) => ({
    itemId: id,
    quantity: quantity(random, price, income),
    unitPrice: price,
  }));
  const coupon = chance(random, COUPON_USE[priceSensitivity]);
  const discount = coupon ? integer(random, 1, 6) * 5 : 0;
  const full = lines.reduce((sum, line) => sum + line.quantity * line.unitPrice, 0);
  return {
    ...{
      type: 'order',
      at,
      itemId: items[0]?.id ?? '',
      amount: cents(full * (1 - discount / 100)),
    },
    properties: {
      ...common,
      ...{
        items: lines,
        quantity: lines.reduce((sum, line) => sum + line.quantity, 0),
        coupon,
        discount,
      },
      ...{ tier: items[0]?.tier, deliverTo: destination(random, account.person) },
      payment: weighted(random, {
        card: 4,
        wallet: 5,
        pay_later: priceSensitivity === 'high' ? 2 : 0.5,
      }),
      warranty: chance(random, CAUTION[riskPreference]),
      preorder: chance(random, CURIOSITY[riskPreference]),
    },
  };
}

/** Mostly one; cheap things in packs, and now and then somebody buys for an office. */
function quantity(random: Random, price: number, income: number): number {
  if (chance(random, 0.02)) return Math.ceil(logNormal(random, 8, 0.8));
  return 1 + Math.min(6, geometric(random, price < income / 150 ? 0.6 : 0.93));
}

/** Poor items and clothes come back within three weeks; the money goes out again. */
function sendBack(random: Random, item: Item, order: Draft): Draft[] {
  const risk = 0.06 + (item.quality < -0.5 ? 0.12 : 0) + (item.category === 'fashion' ? 0.1 : 0);
  if (!chance(random, risk)) return [];
  const misfit = item.category === 'fashion' ? 4 : 0.5;
  const reason = weighted(random, {
    ...{ defective: item.quality < 0 ? 3 : 1, does_not_fit: misfit },
    ...{ not_as_described: 1.5, changed_mind: 1.5, late: 0.6 },
  });
  return [
    {
      ...{
        type: 'return',
        at: Math.round(order.at + uniform(random, 3, 20) * DAY),
        itemId: item.id,
      },
      amount: -(order.amount ?? 0),
      properties: { orderId: order.properties.orderId, category: item.category, reason },
    },
  ];
}
