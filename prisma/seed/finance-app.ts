import { cents, type Draft, type Traveller } from './journey.ts';
import type { LifeStage } from './person.ts';
import { chance, logNormal, pick, weighted } from './random.ts';

const BILLERS: Readonly<Record<LifeStage, string>> = {
  single: 'streaming',
  couple: 'streaming',
  new_parent: 'kindergarten',
  school_age: 'school',
  empty_nest: 'travel_club',
  senior: 'care_service',
};

export function login({ random, account }: Traveller, at: number): Draft {
  const channel = weighted(random, { app: account.person.age < 55 ? 8 : 3, web: 2 });
  const method = weighted(random, {
    face: 4,
    fingerprint: 3,
    password: account.person.age > 50 ? 5 : 1.5,
  });
  return { type: 'login', at, properties: { channel, method } };
}

/** A visit to the app: a look, and perhaps some money moved. */
export function manage(traveller: Traveller, tick: () => number): Draft[] {
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
    rent: lifeStage === 'single' || lifeStage === 'couple' ? 2 : 0.4,
    friend: 2,
    savings: 1.5,
    family: 1.5,
    school: lifeStage === 'school_age' ? 2 : 0,
    red_packet: festive ? 4 : 0,
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

function payBill({ random, account }: Traveller, at: number): Draft {
  const usual = pick(random, ['power', 'water', 'internet', 'mobile', 'insurance', 'tax']);
  const biller = chance(random, 0.35) ? BILLERS[account.person.lifeStage] : usual;
  return {
    type: 'bill_payment',
    at,
    amount: cents(logNormal(random, 55, 0.6)),
    properties: { biller, automatic: chance(random, 0.4) },
  };
}
