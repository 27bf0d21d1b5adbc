import { DAY } from './calendar.ts';
import type { Product } from './catalogue.ts';
import { cents, type Draft, type Traveller } from './journey.ts';
import type { Risk } from './person.ts';
import { chance, integer, logNormal, normal, uniform, weighted, weightedItem } from './random.ts';

const TARGET_RISK: Readonly<Record<Risk, number>> = {
  conservative: 1.3,
  balanced: 2.9,
  aggressive: 4.6,
};

/** Money into a fund that suits the risk preference; for some, out again later, at a gain or a loss. */
export function invest(
  { random, account }: Traveller,
  products: readonly Product[],
  at: number,
  investmentId: string,
): Draft[] {
  const { riskPreference, income } = account.person;
  const funds = products.filter(({ kind }) => kind === 'fund');
  const fund = weightedItem(random, funds, ({ risk }) =>
    Math.exp(-((risk - TARGET_RISK[riskPreference]) ** 2) / 1.6),
  );
  const amount = cents(logNormal(random, income * 0.25, 0.9));
  const properties = {
    investmentId,
    productId: fund.id,
    riskLevel: fund.risk,
    monthlyPlan: chance(random, 0.3),
  };
  const investment = { type: 'investment', at, amount, itemId: fund.id, properties };
  if (!chance(random, 0.2)) return [investment];
  const gain = normal(random, 0.01 * fund.risk, 0.03 * fund.risk);
  return [
    investment,
    {
      type: 'redemption',
      at: Math.round(at + uniform(random, 15, 200) * DAY),
      itemId: fund.id,
      amount: cents(amount * Math.max(0.3, 1 + gain)),
      properties: { investmentId, productId: fund.id, gain: cents(gain * 100) },
    },
  ];
}

/** An application for the loan that this time of life asks for, decided on income. */
export function borrow(
  { random, account }: Traveller,
  products: readonly Product[],
  at: number,
): Draft {
  const { occupation, lifeStage, income } = account.person;
  const purpose = weighted(random, {
    personal: 2,
    car: 1,
    student: occupation === 'student' ? 5 : 0,
    home: lifeStage === 'couple' || lifeStage === 'new_parent' ? 2.5 : 0.4,
  });
  const months = { personal: 6, car: 12, student: 20, home: 60 }[purpose];
  const product = products.find(({ id }) => id === `FIN-${purpose.toUpperCase()}`);
  const amount = Math.round(logNormal(random, Math.max(income, 800) * months, 0.4) / 100) * 100;
  const approved = chance(random, amount < income * months * 1.2 ? 0.8 : 0.4);
  return {
    type: 'loan_application',
    at,
    amount,
    itemId: product?.id ?? '',
    properties: {
      purpose,
      termMonths: integer(random, 1, 5) * 12,
      status: approved ? 'approved' : 'declined',
    },
  };
}
