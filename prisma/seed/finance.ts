import { DAY } from './calendar.ts';
import type { Merchant, Product } from './catalogue.ts';
import { login, manage } from './finance-app.ts';
import { borrow, invest } from './finance-products.ts';
import { cents, createStopwatch, type Draft, type Traveller, travel } from './journey.ts';
import type { Occupation } from './person.ts';
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

const EMPLOYERS: Readonly<Partial<Record<Occupation, string>>> = {
  engineer: 'software',
  teacher: 'school',
  healthcare: 'hospital',
  sales: 'trade',
  manager: 'holding',
  worker: 'factory',
};

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
  const payer = source === 'salary' && chance(random, 0.7) ? EMPLOYERS[occupation] : undefined;
  const spread = source === 'business' ? 0.35 : 0.02;
  return {
    type: 'deposit',
    at: booked,
    amount: cents(logNormal(random, income, spread)),
    properties: payer === undefined ? { source } : { source, payer },
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
