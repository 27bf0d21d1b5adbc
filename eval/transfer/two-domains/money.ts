import { type Attribute, event, order, payment } from './cue.ts';

export const riskPreference: Attribute = {
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
        events: [event('fixed_deposit_opened'), event('insurance_bought'), event('limit_lowered')],
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
};

export const priceSensitivity: Attribute = {
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
};
