import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { classInformation, weighByClass } from '../../../src/ml/baselines/class-information.ts';
import { packRows } from '../../../src/ml/baselines/sparse.ts';
import { applyTfidf, fitTfidf } from '../../../src/ml/baselines/tfidf.ts';

const OPTIONS = { words: [1, 1], letters: [9, 9], han: [1, 1], minTexts: 1 } as const;

/** Texts as the places of their terms. */
const rowsOf = (texts: readonly (readonly number[])[], terms: number) =>
  packRows(
    texts.map((indices) => ({ indices: [...indices], values: indices.map(() => 1) })),
    terms,
  );

describe('what terms tell of the class', () => {
  it('is the divergence between the classes of its texts and of all texts, two more thought to be', () => {
    const rows = rowsOf([[0], [0], [0, 1], [1]], 2);
    const information = classInformation(rows, [0, 0, 1, 1]);
    // The first term is in two texts of class 0 and one of class 1, and half a prior of two each.
    const [p, q] = [3 / 5, 2 / 5];
    expect(information[0]).toBeCloseTo(p * Math.log(p / 0.5) + q * Math.log(q / 0.5), 12);
    const [r, s] = [1 / 4, 3 / 4];
    expect(information[1]).toBeCloseTo(r * Math.log(r / 0.5) + s * Math.log(s / 0.5), 12);
  });

  it('is nothing for a term that is in all texts, and never less than nothing', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(3), { minLength: 1, maxLength: 30 }), (classes) => {
        const texts = classes.map((_, i) => (i % 2 === 0 ? [0, 1] : [0]));
        const information = classInformation(rowsOf(texts, 2), classes);
        expect(information[0]).toBe(0);
        expect(information[1]).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it('makes telling terms weigh more in a text, which keeps its length', () => {
    const texts = ['good day', 'good night', 'bad day', 'bad night'];
    const plain = fitTfidf(texts, OPTIONS);
    const weighed = weighByClass(plain, applyTfidf(plain, texts), [0, 0, 1, 1]);
    const { values } = applyTfidf(weighed, ['good day']);
    const [good = 0, day = 0] = [...values];
    expect(good).toBeGreaterThan(0.99);
    expect(day).toBeCloseTo(0, 3);
    expect(Math.hypot(good, day)).toBeCloseTo(1, 6);
  });

  it('leaves the weights alone when all texts are of one class', () => {
    const texts = ['good day', 'bad day'];
    const plain = fitTfidf(texts, OPTIONS);
    expect(weighByClass(plain, applyTfidf(plain, texts), [1, 1])).toBe(plain);
  });
});
