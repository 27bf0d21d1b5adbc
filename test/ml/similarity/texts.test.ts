import { describe, expect, it } from '@jest/globals';
import { closestTexts, tokensOf, weigh } from '../../../src/ml/similarity/texts.ts';

const closest = (left: string[], right: string[]) =>
  closestTexts(left, right, weigh([...left, ...right]));

describe('the tokens of a text', () => {
  it.each([
    ['The red COAT, 20% off', ['the', 'red', 'coat', '20', 'off']],
    ['退货太慢 refund', ['退货', '货太', '太慢', 'refund']],
    ['好', ['好']],
    ['?!', []],
  ])('of %j are %j', (text, tokens) => {
    expect([...tokensOf(text)]).toEqual(tokens);
  });
});

describe('the closest texts', () => {
  it('are the pair that shares most of what few texts have', () => {
    const found = closest(
      ['the parcel came late', 'the colour is a nice blue'],
      ['the weather was good', 'a nice blue colour, thanks'],
    );
    expect([found?.a, found?.b]).toEqual([
      'the colour is a nice blue',
      'a nice blue colour, thanks',
    ]);
  });

  it('have the cosine of their weights', () => {
    // Of three texts, "a" is in all and the others are in one: ln 2 and ln 4 = 2 ln 2.
    const weights = weigh(['a b', 'a c', 'a']);
    const found = closestTexts(
      ['a b'],
      ['a c'],
      new Map([...weights, ['b', 2], ['c', 2], ['a', 1]]),
    );
    expect(found?.similarity).toBeCloseTo(1 / 5, 12);
    expect(weights.get('a')).toBeCloseTo(Math.log(2), 12);
    expect(weights.get('b')).toBeCloseTo(Math.log(4), 12);
  });

  it('equal each other when they are the same, and are none without a common word', () => {
    expect(closest(['物流很快'], ['物流很快'])?.similarity).toBeCloseTo(1, 12);
    expect(closest(['apples'], ['pears'])).toBeUndefined();
    expect(closest([], ['pears'])).toBeUndefined();
  });
});
