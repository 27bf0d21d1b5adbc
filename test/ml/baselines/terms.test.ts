import { describe, expect, it } from '@jest/globals';
import { termsOf } from '../../../src/ml/baselines/terms.ts';
import { applyTfidf, fitTfidf } from '../../../src/ml/baselines/tfidf.ts';

const options = { words: [1, 2], letters: [3, 3], han: [1, 2] } as const;

describe('terms of a text', () => {
  it('are words, pairs of words, and pieces of words with their edges', () => {
    const { word, piece } = termsOf('Card LATE, card', options);
    expect([...word]).toEqual([
      ['wcard', 2],
      ['wlate', 1],
      ['wcard late', 1],
      ['wlate card', 1],
    ]);
    expect(piece.get('c ca')).toBe(2);
    expect(piece.get('cte ')).toBe(1);
  });

  it('are characters and pairs of them in Chinese, full-width letters folded', () => {
    const { word, piece } = termsOf('很好用ＡＢＣ', options);
    expect([...piece.keys()].filter((term) => term.startsWith('h'))).toEqual([
      'h很',
      'h很好',
      'h好',
      'h好用',
      'h用',
    ]);
    expect([...word.keys()]).toEqual(['wabc']);
  });

  it('are none of an empty text', () => {
    expect(termsOf(' \u0000 ', options).word.size).toBe(0);
  });
});

describe('TF-IDF', () => {
  it('weighs by the formula and scales words and pieces to length 1 each', () => {
    const tfidf = fitTfidf(['a b', 'a c', 'a a'], {
      words: [1, 1],
      letters: [9, 9],
      han: [1, 1],
      minTexts: 1,
    });
    const idf = (texts: number) => 1 + Math.log(4 / (1 + texts));
    const rows = applyTfidf(tfidf, ['a a b unknown']);
    const raw = { wa: (1 + Math.log(2)) * idf(3), wb: idf(1) };
    const length = Math.hypot(raw.wa, raw.wb);
    const got = Object.fromEntries(
      [...rows.indices].map((column, i) => [tfidf.terms[column], rows.values[i]]),
    );
    expect(got.wa).toBeCloseTo(raw.wa / length, 6);
    expect(got.wb).toBeCloseTo(raw.wb / length, 6);
  });

  it('leaves out terms of too few texts', () => {
    const tfidf = fitTfidf(['a b', 'a c'], {
      words: [1, 1],
      letters: [9, 9],
      han: [1, 1],
      minTexts: 2,
    });
    expect(tfidf.terms).toEqual(['wa']);
  });
});
