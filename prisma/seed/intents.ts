import type { Person } from './person.ts';
import type { DemoDomain, Sentiment } from './world.ts';

export type Intent =
  | 'delivery_status'
  | 'product_question'
  | 'card_problem'
  | 'transfer_status'
  | 'loan_enquiry'
  | 'investment_advice'
  | 'price_query'
  | 'refund_request'
  | 'complaint'
  | 'praise'
  | 'how_to'
  | 'account_access'
  | 'close_account';

type Weights = Partial<Record<Intent, number>>;

/** What support is asked for in each domain; half of it is common to both. */
export function intentWeights(domain: DemoDomain, person: Person): Weights {
  const both: Weights = {
    price_query: { low: 0.7, medium: 1.5, high: 3 }[person.priceSensitivity],
    refund_request: 1.8,
    complaint: Math.max(0.4, 1.8 - 0.6 * person.positivity),
    praise: Math.max(0.3, 1.1 + 0.5 * person.positivity),
    how_to: person.age > 50 ? 2.4 : 1.3,
    account_access: person.age > 50 ? 1.8 : 1.1,
    close_account: 0.25,
  };
  if (domain === 'retail') return { ...both, delivery_status: 3.2, product_question: 2.4 };
  return {
    ...both,
    card_problem: 2.2,
    transfer_status: 2,
    loan_enquiry: person.occupation === 'student' ? 2.2 : 1.2,
    investment_advice: { conservative: 0.7, balanced: 1.3, aggressive: 2.2 }[person.riskPreference],
  };
}

/** positive : neutral : negative when asking for this. */
const MOODS: Readonly<Record<Intent, readonly [number, number, number]>> = {
  delivery_status: [0.06, 0.52, 0.42],
  product_question: [0.25, 0.7, 0.05],
  card_problem: [0.05, 0.4, 0.55],
  transfer_status: [0.06, 0.5, 0.44],
  loan_enquiry: [0.18, 0.7, 0.12],
  investment_advice: [0.25, 0.65, 0.1],
  price_query: [0.14, 0.66, 0.2],
  refund_request: [0.06, 0.4, 0.54],
  complaint: [0, 0.06, 0.94],
  praise: [1, 0, 0],
  how_to: [0.18, 0.74, 0.08],
  account_access: [0.05, 0.5, 0.45],
  close_account: [0.08, 0.4, 0.52],
};

export function moodWeights(intent: Intent): Record<Sentiment, number> {
  const [positive, neutral, negative] = MOODS[intent];
  return { positive, neutral, negative };
}
