/** The domains of the seeded world. */
export type Domain = 'retail' | 'finance';

/** An event as it is told in a customer's text. */
export interface CueEvent {
  readonly type: string;
  readonly properties: Readonly<Record<string, string>>;
}

/** What customers with one value of an attribute tend to do and to write in one domain. */
export interface Cues {
  readonly events: readonly CueEvent[];
  readonly texts: readonly string[];
}

export interface Attribute {
  readonly name: string;
  /** Values as models answer them, and their cues in both domains. */
  readonly values: Readonly<Record<string, Readonly<Record<Domain, Cues>>>>;
}

const order = (category: string): CueEvent => ({ type: 'order', properties: { category } });
const event = (type: string, ...[name, value]: string[]): CueEvent => ({
  type,
  properties: name && value ? { [name]: value } : {},
});
const payment = (category: string): CueEvent => ({
  type: 'card_payment',
  properties: { merchant_category: category },
});

/**
 * Written for this evaluation. Domains differ in events and in most words; what people say of
 * themselves (children, studies, what things cost) they say in both.
 */
export const attributes: readonly Attribute[] = [
  {
    name: 'age_band',
    values: {
      'under 26': {
        retail: {
          events: [order('sneakers'), order('video games'), event('app_share', 'with', 'friends')],
          texts: [
            'do you ship to a student dorm',
            'saw this on a video, is it still in',
            'my mum usually buys these for me',
          ],
        },
        finance: {
          events: [payment('video games'), payment('festival tickets'), event('first_account')],
          texts: [
            'my mum opened this account for me',
            'how do i split a bill with friends',
            'it is my first salary, where do i see it',
          ],
        },
      },
      '26 to 45': {
        retail: {
          events: [order('office chairs'), order('sports gear'), order('cookware')],
          texts: [
            'can you deliver after work hours',
            'i need it for my new flat',
            'please send the invoice to my company',
          ],
        },
        finance: {
          events: [payment('gym'), payment('commuter pass'), event('salary_received')],
          texts: [
            'my company changed the payroll date',
            'i am at work all day, can we talk after work hours',
            'how much deposit do i need for a new flat',
          ],
        },
      },
      'over 45': {
        retail: {
          events: [order('reading glasses'), order('gardening tools'), order('health supplements')],
          texts: [
            'i prefer to order by telephone',
            'the letters on the label are too small to read',
            'my grandchildren set this website up for me',
          ],
        },
        finance: {
          events: [payment('pharmacy'), payment('garden centre'), event('branch_visit')],
          texts: [
            'i prefer to speak by telephone or at the counter',
            'the letters on the statement are too small to read',
            'i want to leave something to my grandchildren',
          ],
        },
      },
    },
  },
  {
    name: 'risk_preference',
    values: {
      cautious: {
        retail: {
          events: [event('warranty_added'), event('return_policy_view'), order('safety locks')],
          texts: [
            'is there a guarantee if it breaks',
            'i would rather take the well known brand, to be safe',
            'is it safe to pay on this page',
          ],
        },
        finance: {
          events: [
            event('fixed_deposit_opened'),
            event('insurance_bought'),
            event('limit_lowered'),
          ],
          texts: [
            'is my money safe, is there a guarantee',
            'i would rather have less interest, to be safe',
            'i do not want to lose anything',
          ],
        },
      },
      bold: {
        retail: {
          events: [event('preorder'), event('lucky_draw_entered'), order('refurbished gadgets')],
          texts: [
            'happy to try the beta version, i like a gamble',
            'i take the chance, even without reviews',
            'the newest model please, whatever the risk',
          ],
        },
        finance: {
          events: [event('option_trade'), event('crypto_bought'), event('margin_enabled')],
          texts: [
            'i take the chance, give me more leverage',
            'which fund has the highest return, whatever the risk',
            'i like a gamble on new listings',
          ],
        },
      },
    },
  },
  {
    name: 'price_sensitivity',
    values: {
      high: {
        retail: {
          events: [event('coupon_used'), event('price_alert_set'), order('clearance items')],
          texts: [
            'do you have a discount code',
            'it is cheaper in another shop',
            'delivery is too expensive, i will wait for the sale',
          ],
        },
        finance: {
          events: [event('cashback_claimed'), event('fee_page_view'), payment('discount store')],
          texts: [
            'why is the fee so high, another bank is cheaper',
            'can you give a discount on the rate',
            'the transfer is too expensive, i will wait',
          ],
        },
      },
      low: {
        retail: {
          events: [event('express_delivery'), order('designer bags'), event('gift_wrap_added')],
          texts: [
            'the price does not matter, i want the best one',
            'please add the premium service',
            'quality first, take whatever it costs',
          ],
        },
        finance: {
          events: [event('platinum_card_issued'), payment('fine dining'), payment('first class')],
          texts: [
            'the fee does not matter, i want the best service',
            'please move me to the premium plan',
            'take whatever it costs, it has to arrive today',
          ],
        },
      },
    },
  },
  {
    name: 'life_stage',
    values: {
      single: {
        retail: {
          events: [order('single bed linen'), order('travel backpacks'), order('meals for one')],
          texts: [
            'i live alone, is there a smaller pack',
            'i travel a lot, leave it with a neighbour',
            'it is only for myself',
          ],
        },
        finance: {
          events: [payment('airlines'), payment('bars'), payment('studio rent')],
          texts: [
            'i live alone, do i need that insurance',
            'i travel a lot, does the card work abroad',
            'the account is only for myself',
          ],
        },
      },
      family: {
        retail: {
          events: [order('baby care'), order('toys'), order('school supplies')],
          texts: [
            'is it safe for children under three',
            'we need it before the baby comes',
            'my kids broke it after a week',
          ],
        },
        finance: {
          events: [payment('nursery'), payment('paediatrician'), event('education_plan_opened')],
          texts: [
            'we want to save for our children',
            'can my kids have a card of their own',
            'we need a larger loan before the baby comes',
          ],
        },
      },
      retired: {
        retail: {
          events: [order('bird feeders'), order('walking sticks'), order('crossword books')],
          texts: [
            'i am at home all day since i retired',
            'do pensioners get free delivery',
            'it is for our club of retired teachers',
          ],
        },
        finance: {
          events: [event('pension_received'), payment('cruise'), event('annuity_opened')],
          texts: [
            'my pension did not arrive this month',
            'since i retired i have time to look at my savings',
            'do pensioners pay for the account',
          ],
        },
      },
    },
  },
];

/** What everybody does and writes, whoever they are. */
export const neutral: Readonly<Record<Domain, Cues>> = {
  retail: {
    events: [event('page_view'), event('add_to_cart'), event('search'), order('household')],
    texts: ['where is my order', 'thanks for the quick answer', 'how do i change my address'],
  },
  finance: {
    events: [event('login'), event('transfer'), event('balance_check'), payment('groceries')],
    texts: ['the app logs me out', 'thanks for the quick answer', 'how do i change my address'],
  },
};
