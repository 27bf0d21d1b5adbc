import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { CustomerFacts } from '../../../src/ml/text/customer/facts.ts';
import { partsOf } from '../../../src/ml/text/customer/parts.ts';
import { CUSTOMER_TEXT_VERSION, customerText } from '../../../src/ml/text/customer-text.ts';
import { estimateTokens } from '../../../src/ml/text/estimate-tokens.ts';

const NOBODY: CustomerFacts = {
  domain: 'retail',
  locale: 'en',
  seenDays: null,
  traits: [],
  features: [],
  events: [],
  texts: [],
  known: {},
};

const emma: CustomerFacts = {
  domain: 'retail',
  locale: 'en',
  seenDays: 2.4,
  traits: [
    ['birthYear', 1990],
    ['city', 'New York'],
    ['email', 'emma@mail.example'],
    ['interests', ['books', 'travel']],
    ['marketingConsent', true],
    ['name', 'Emma Reed'],
    ['tier', 'gold'],
  ],
  features: [
    ['orders_90d', 3],
    ['spend_90d', 388.4],
    ['top_category_90d', 'shoes'],
    ['momentum', null],
  ],
  events: [
    {
      type: 'order',
      daysEarlier: 0,
      amount: 129.5,
      currency: 'USD',
      properties: { category: 'shoes', coupon: false, orderId: 'o-1', rating: null },
    },
    { type: 'page_view', daysEarlier: 3.9, amount: null, currency: null, properties: {} },
    { type: 'return', daysEarlier: 40, amount: -20, currency: 'USD', properties: {} },
  ],
  texts: [
    {
      type: 'support_chat',
      daysEarlier: 1,
      text: 'This is Emma Reed,\nwhere is my order? Call 415-555-0132',
    },
    { type: 'review', daysEarlier: 400, text: 'Soft and warm.' },
  ],
  known: { names: ['Emma Reed'] },
};

const wei: CustomerFacts = {
  ...NOBODY,
  domain: 'finance',
  locale: 'zh',
  seenDays: 45,
  traits: [
    ['city', '上海'],
    ['gender', 'male'],
    ['手机', '13812345678'],
  ],
  features: [['card_spend_30d', 5210]],
  events: [
    {
      type: 'card_payment',
      daysEarlier: 0,
      amount: 260,
      currency: 'CNY',
      properties: { merchantCategory: '餐饮', online: true },
    },
    { type: 'login', daysEarlier: 20, amount: null, currency: null, properties: {} },
  ],
  texts: [{ type: 'support_chat', daysEarlier: 0, text: '我叫王伟，手续费怎么这么高？' }],
};

const whole = { countTokens: () => 0 };

describe('the customer’s text, version 1', () => {
  it('tells a customer in English', () => {
    expect(CUSTOMER_TEXT_VERSION).toBe(1);
    expect(customerText(emma, whole)).toBe(
      'retail customer; seen: this week. ' +
        'profile: birth year 1990; city New York; interests books, travel; marketing consent yes; tier gold. ' +
        'wrote: 1 day earlier support chat "This is [NAME], where is my order? Call [PHONE]"; ' +
        '13 months earlier review "Soft and warm.". ' +
        'features: orders 90d 3; spend 90d 390; top category 90d shoes. ' +
        'did: order 130 USD, category shoes, coupon no; 3 days earlier page view; ' +
        '5 weeks earlier return -20 USD.',
    );
  });

  it('tells a customer in Chinese', () => {
    expect(customerText(wei, whole)).toBe(
      '金融客户；最近活跃：一季度内。资料：城市 上海；性别 male。' +
        '留言：咨询客服 "我叫[NAME]，手续费怎么这么高？"。特征：card spend 30d 5200。' +
        '行为：刷卡消费 260 CNY, 商户类别 餐饮, online 是；早2周 登录。',
    );
  });

  it('leaves out what fits least: first old texts and deeds, last the newest text', () => {
    const shown = [62, 48, 36, 22, 6].map((budget) =>
      customerText(emma, { countTokens: (text) => text.split(/\s+/).length, budget }),
    );
    expect(shown).toEqual([
      expect.stringMatching(
        /"Soft and warm\.".*shoes\. did: order 130 USD, category shoes, coupon no\.$/,
      ),
      expect.stringMatching(/tier gold\. wrote: .*PHONE\]"\. features: orders 90d 3; .* shoes\.$/),
      expect.stringMatching(
        /interests books, travel; marketing consent yes; tier gold\. wrote: .*\]"\.$/,
      ),
      'retail customer; seen: this week. wrote: 1 day earlier support chat "This is [NAME], where is my order? Call [PHONE]".',
      'retail customer; seen: this week.',
    ]);
  });

  it('cuts a long text at a word, and nothing personal in two', () => {
    const text = `${'word '.repeat(46)}reach me at ann.lee@mail.example.com or on my phone`;
    const facts = { ...NOBODY, texts: [{ type: 'review', daysEarlier: 0, text }] };
    expect(customerText(facts, whole)).toBe(
      `retail customer. wrote: review "${'word '.repeat(46)}reach me...".`,
    );
  });
});

const value = fc.oneof(
  fc.string({ maxLength: 50 }),
  fc.double(),
  fc.boolean(),
  fc.constant(null),
  fc.array(fc.integer(), { maxLength: 3 }),
  fc.constant({ deep: 1 }),
);
const name = fc.oneof(fc.constantFrom('tier', 'city', 'favouriteColour', 'email'), fc.string());
const days = fc.double({ min: 0, max: 2000, noNaN: true });
const facts: fc.Arbitrary<CustomerFacts> = fc.record({
  domain: fc.constantFrom('retail', 'finance', 'travel'),
  locale: fc.constantFrom('zh', 'en'),
  seenDays: fc.option(days),
  traits: fc.array(fc.tuple(name, value), { maxLength: 12 }),
  features: fc.array(
    fc.tuple(name, fc.oneof(fc.string({ maxLength: 20 }), fc.double(), fc.constant(null))),
    { maxLength: 20 },
  ),
  events: fc.array(
    fc.record({
      type: fc.constantFrom('order', 'visit', 'x_y'),
      daysEarlier: days,
      amount: fc.option(fc.double()),
      currency: fc.option(fc.constantFrom('USD', 'CNY')),
      properties: fc.dictionary(name, value, { maxKeys: 4 }),
    }),
    { maxLength: 12 },
  ),
  texts: fc.array(
    fc.record({
      type: fc.constantFrom('review', 'support_chat'),
      daysEarlier: days,
      text: fc.string({ unit: 'grapheme', maxLength: 400 }),
    }),
    { maxLength: 6 },
  ),
  known: fc.constant({}),
});

describe('whatever the customer', () => {
  it('the text is never over its budget, and the same each time', () => {
    fc.assert(
      fc.property(facts, fc.integer({ min: 3, max: 300 }), (who, budget) => {
        const text = customerText(who, { countTokens: estimateTokens, budget });
        expect(estimateTokens(text)).toBeLessThanOrEqual(budget);
        expect(customerText(who, { countTokens: estimateTokens, budget })).toBe(text);
      }),
    );
  });

  it('nothing is dropped before something less important', () => {
    // Every phrase is one token, whatever is in it: what fits are the first so many parts.
    const phrases = (text: string) => (text.match(/[;；.。]/g) ?? []).length;
    const plain = facts.map((who) => ({
      ...who,
      traits: who.traits.map((_, i) => [`t${i}`, i] as const),
      features: who.features.map((_, i) => [`f${i}`, i] as const),
      texts: who.texts.map((text, i) => ({ ...text, text: `said ${i}` })),
      events: who.events.map((event, i) => ({
        ...event,
        type: `e${i}`,
        amount: null,
        properties: {},
      })),
      seenDays: null,
    }));
    fc.assert(
      fc.property(plain, fc.integer({ min: 1, max: 40 }), (who, budget) => {
        const parts = partsOf(who);
        const text = customerText(who, { countTokens: phrases, budget });
        const kept = parts.map((part) => text.includes(part.text));
        // e1 is found in e11 as well: count only up to the first that is missing.
        const count = Math.min(parts.length, budget);
        expect(kept.slice(0, count)).toEqual(new Array(count).fill(true));
        expect(phrases(text)).toBe(count);
      }),
    );
  });

  it('its parts come by tier: who, the newest text, traits, features, then older things', () => {
    const tiers = partsOf(emma).map(({ section, tier }) => `${tier} ${section}`);
    expect(tiers).toEqual([
      '0 head',
      '1 wrote',
      ...new Array(5).fill('2 profile'),
      ...new Array(3).fill('3 features'),
      '4 wrote',
      ...new Array(3).fill('4 did'),
    ]);
  });
});
