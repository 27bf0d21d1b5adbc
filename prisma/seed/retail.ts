import { DAY, dayWeight } from './calendar.ts';
import { type Item, TIER_APPEAL } from './catalogue.ts';
import { createStopwatch, type Draft, type Traveller, travel } from './journey.ts';
import { phrases, readLexicon } from './lexicon.ts';
import { buy, sendBack } from './order.ts';
import { INTERESTS, type Interest, type Person } from './person.ts';
import { chance, geometric, pick, type Random, weighted, weightedItem } from './random.ts';

export type Shelves = ReadonlyMap<Interest, readonly Item[]>;

const NEEDS = readLexicon('needs');

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
    type: 'page_view',
    at: tick(),
    itemId: item.id,
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
