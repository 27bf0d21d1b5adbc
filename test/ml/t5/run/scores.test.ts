import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { TrainingRow } from '../../../../src/ml/run/spec.ts';
import { baselinesOf } from '../../../../src/ml/t5/run/baselines.ts';
import { fitLinear } from '../../../../src/ml/t5/run/linear.ts';
import { answerScores, worthOf, yardstickOf } from '../../../../src/ml/t5/run/scores.ts';
import { sidesOf, splitOf } from '../../../../src/ml/t5/run/sides.ts';
import { rows } from './world.ts';

const rowOf = (label: TrainingRow['label'], i: number): TrainingRow => ({
  ...{ id: `r${i}`, group: `g${i}`, at: '2026-01-01T00:00:00Z', label },
});
const list = fc.uniqueArray(fc.constantFrom<string>('a', 'b', 'c'));

describe('scores of answers', () => {
  it('count exact lists, and labels over all rows', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(list, list), { minLength: 1 }), (pairs) => {
        const said = pairs.map(([own]) => own);
        const scores = answerScores(
          said,
          pairs.map(([, truth], i) => rowOf(truth, i)),
        );
        // Each label of each row is a yes or no of its own.
        const decisions = pairs.flatMap(([own, truth]) =>
          ['a', 'b', 'c'].map((label) => [own.includes(label), truth.includes(label)]),
        );
        const count = (own: boolean, truth: boolean) =>
          decisions.filter(([a, b]) => a === own && b === truth).length;
        const [both, wrong, missed] = [count(true, true), count(true, false), count(false, true)];
        expect(scores.microF1).toBeCloseTo((2 * both) / Math.max(1, 2 * both + wrong + missed), 12);
        const exact = pairs.filter(
          ([own, truth]) => [...own].sort().join() === [...truth].sort().join(),
        );
        expect(scores.exactMatch).toBeCloseTo(exact.length / pairs.length, 12);
      }),
    );
  });

  it('are of texts exact matches alone', () => {
    const truth = ['x', 'y', 'x', 'z'].map(rowOf);
    expect(answerScores([['x'], ['y'], ['z'], ['z']], truth)).toEqual({
      rows: 4,
      exactMatch: 0.75,
    });
  });

  it('decide by what there is, the least where it cannot be told', () => {
    expect(yardstickOf([], false)).toBe('exactMatch');
    expect(yardstickOf(['a', 'b'], true)).toBe('microF1');
    expect(yardstickOf(['a', 'b'], false)).toBe('rocAuc');
    expect(yardstickOf(['a', 'b', 'c'], false)).toBe('accuracy');
    expect(worthOf({ rocAuc: 0.4 }, 'rocAuc')).toBe(0.4);
    expect(worthOf({ rocAuc: Number.NaN }, 'rocAuc')).toBe(Number.NEGATIVE_INFINITY);
    expect(worthOf({ unusable: 'gone' }, 'rocAuc')).toBe(Number.NEGATIVE_INFINITY);
  });
});

describe('what a text-to-text model has to beat', () => {
  const of = async (all: readonly TrainingRow[], labels: string[], several = false) => {
    const sides = sidesOf(all, splitOf(all, { split: 'time' }, 1));
    const options = { name: 't', labels, several, language: 'en' as const };
    const main = { options: { ...options, maxLength: 16, maxTokens: 8 }, sides };
    return baselinesOf(main, await fitLinear(main, 1));
  };

  it('is the commonest label and a linear model of the words', async () => {
    const all = rows(150, 1).map((row, i) => ({ ...row, label: i % 3 === 0 ? 'low' : 'high' }));
    const { majority, ...others } = await of(all, ['high', 'low']);
    expect(majority).toMatchObject({ accuracy: 2 / 3, rocAuc: 0.5 });
    expect(Object.keys(others)).toEqual(['tfidf-linear']);
  });

  it('is the same of lists, and of free text the commonest text', async () => {
    const lists = rows(200, 2).map(
      (row): TrainingRow => ({ ...row, label: /coat/.test(row.text ?? '') ? ['coat'] : [] }),
    );
    const baselines = await of(lists, ['coat'], true);
    const test = lists.slice(160);
    const none = test.filter(({ label }) => (label as string[]).length === 0).length / 40;
    expect(baselines.majority).toEqual({ rows: 40, exactMatch: none, microF1: 0 });
    expect(baselines['tfidf-linear']?.exactMatch).toBeGreaterThan(0.9);
    const texts = rows(100, 3).map((row, i) => ({
      ...row,
      label: i % 4 === 0 ? 'no' : `yes ${i % 2}`,
    }));
    const free = await of(texts, []);
    expect(Object.keys(free)).toEqual(['majority']);
    expect(free.majority).toEqual({ rows: 20, exactMatch: 0.5 });
  });
});
