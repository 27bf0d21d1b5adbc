import { DAY } from './calendar.ts';
import type { Merchant, Product } from './catalogue.ts';
import { borrow, invest } from './finance-products.ts';
import { cents, createStopwatch, type Draft, type Traveller, travel } from './journey.ts';
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
import { momentOf } from './visits.ts';

export interface Bank {
  products: readonly Product[];
  merchants: readonly Merchant[];
}

/** A bank customer's events: the account, pay days, cards in shops, and visits to the app. */
export function bank(traveller: Traveller, offers: Bank, budget: number): Draft[] {
  const { random, account } = traveller;
  const opened = {
    type: 'account_opened',
    at: account.since,
    itemId: 'FIN-CURRENT',
    properties: { channel: pick(random, ['app', 'branch']) },
  };
  const paid = new Set<number>();
  const risky = account.person.riskPreference;
  return travel(traveller, budget, opened, (at, count) => {
    const id = `${account.ref}-t${count}`;
    const kind = weighted(random, {
      payday: 1.6,
      card: 3,
      app: 4,
      invest: { conservative: 0.5, balanced: 0.9, aggressive: 1.7 }[risky],
      loan: 0.12,
    });
    if (kind === 'payday' && count > 0) {
      const deposit = payday(traveller, at, paid);
      if (deposit !== null) return [deposit];
    }
    const tick = createStopwatch(random, at);
    if (kind === 'invest')
      return [login(traveller, tick()), ...invest(traveller, offers.products, tick(), id)];
    if (kind === 'loan')
      return [login(traveller, tick()), borrow(traveller, offers.products, tick())];
    return kind === 'app'
      ? manage(traveller, tick)
      : payByCard(traveller, offers.merchants, at, id);
  });
}

function login({ random, account }: Traveller, at: number): Draft {
  const channel = weighted(random, { app: account.person.age < 55 ? 8 : 3, web: 2 });
  const method = weighted(random, {
    face: 4,
    fingerprint: 3,
    password: account.person.age > 50 ? 5 : 1.5,
  });
  return { type: 'login', at, properties: { channel, method } };
}

/** The income of the month of `at`, on or about the 25th; null where it is booked or would fall outside. */
function payday(traveller: Traveller, at: number, paid: Set<number>): Draft | null {
  const { random, account, contact } = traveller;
  const { income, occupation } = account.person;
  const day = new Date(at);
  const month = day.getUTCFullYear() * 12 + day.getUTCMonth();
  const due = Date.UTC(day.getUTCFullYear(), day.getUTCMonth(), 25 + integer(random, -1, 1));
  const booked = momentOf(random, account, Math.floor(due / DAY), contact.offset);
  if (paid.has(month) || booked < account.since || booked > account.until) return null;
  paid.add(month);
  const sources = {
    student: 'allowance',
    retired: 'pension',
    self_employed: 'business',
    homemaker: 'family',
  } as const;
  const source = occupation in sources ? sources[occupation as keyof typeof sources] : 'salary';
  const spread = source === 'business' ? 0.35 : 0.02;
  return {
    type: 'deposit',
    at: booked,
    amount: cents(logNormal(random, income, spread)),
    properties: { source },
  };
}

function payByCard(
  { random, account }: Traveller,
  merchants: readonly Merchant[],
  at: number,
  id: string,
): Draft[] {
  const { interests, income, priceSensitivity } = account.person;
  const tick = createStopwatch(random, at);
  return Array.from({ length: 1 + Math.min(3, geometric(random, 0.65)) }, (_, index) => {
    const merchant = weightedItem(random, merchants, ({ interest }) =>
      interest === null ? 2 : interests.includes(interest) ? 4 : 0.25,
    );
    const amount = cents(logNormal(random, merchant.usual * (income / 3000) ** 0.4, 0.7));
    const usedOffer = chance(random, { high: 0.5, medium: 0.2, low: 0.05 }[priceSensitivity]);
    const properties = {
      paymentId: `${id}-${index}`,
      merchantCategory: merchant.category,
      online: chance(random, 0.4),
      usedOffer,
    };
    const payment = {
      type: 'card_payment',
      at: tick(),
      amount,
      itemId: pick(random, ['FIN-DEBIT', 'FIN-CREDIT']),
      properties,
    };
    return [payment, ...reverse(random, payment)];
  }).flat();
}

function reverse(random: Random, payment: Draft): Draft[] {
  if (!chance(random, 0.025)) return [];
  const { paymentId, merchantCategory } = payment.properties;
  const at = Math.round(payment.at + uniform(random, 2, 25) * DAY);
  return [
    {
      type: 'refund',
      at,
      amount: -(payment.amount ?? 0),
      properties: { paymentId, merchantCategory },
    },
  ];
}

/** A visit to the app: a look, and perhaps some money moved. */
function manage(traveller: Traveller, tick: () => number): Draft[] {
  const { random } = traveller;
  const drafts = [login(traveller, tick())];
  if (chance(random, 0.5))
    drafts.push({
      type: 'page_view',
      at: tick(),
      properties: { page: pick(random, ['balance', 'statement', 'cards', 'offers', 'limits']) },
    });
  if (chance(random, 0.45)) drafts.push(transfer(traveller, tick()));
  if (chance(random, 0.18)) drafts.push(payBill(traveller, tick()));
  return drafts;
}

function transfer({ random, account }: Traveller, at: number): Draft {
  const { income, region, lifeStage } = account.person;
  const date = new Date(at);
  const festive = region === 'cn' && (date.getUTCMonth() === 0 || date.getUTCMonth() === 1);
  const purpose = weighted(random, {
    ...{
      rent: lifeStage === 'single' || lifeStage === 'couple' ? 2 : 0.4,
      friend: 2,
      savings: 1.5,
    },
    ...{ family: 1.5, school: lifeStage === 'school_age' ? 2 : 0, red_packet: festive ? 4 : 0 },
  });
  const share = {
    rent: 0.3,
    friend: 0.02,
    savings: 0.1,
    family: 0.08,
    school: 0.1,
    red_packet: 0.03,
  }[purpose];
  return {
    type: 'transfer',
    at,
    amount: cents(logNormal(random, income * share, 0.6)),
    properties: { purpose, instant: chance(random, 0.6) },
  };
}

function payBill({ random }: Traveller, at: number): Draft {
  const biller = pick(random, ['power', 'water', 'internet', 'mobile', 'insurance', 'tax']);
  return {
    type: 'bill_payment',
    at,
    amount: cents(logNormal(random, 55, 0.6)),
    properties: { biller, automatic: chance(random, 0.4) },
  };
}
