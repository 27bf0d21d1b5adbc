import { describe, expect, it } from '@jest/globals';
import { evaluate, type Judged, pick } from '../../../src/ml/metrics/evaluate.ts';
import { oneMetric } from '../../../src/ml/metrics/one-metric.ts';
import { seededRandom } from '../../../src/ml/random.ts';
import { chooseWithinError } from '../../../src/ml/search/one-standard-error.ts';

/** A model by which of the rows it gets right. */
const accuracyOf = (name: string, hits: readonly boolean[]) => ({
  name,
  worth: (rows: readonly number[]) => rows.filter((row) => hits[row]).length / rows.length,
});

/** `right` of `count` rows, spread evenly and shifted, so that models differ in which they miss. */
const hits = (count: number, right: number, shift: number) =>
  Array.from({ length: count }, (_, i) => ((i + shift) * 37) % count < right);

describe('choosing within one standard error', () => {
  it('prefers the first named on few rows, where the best leads by chance, and the best on many', () => {
    const among = (count: number) =>
      chooseWithinError(
        [
          accuracyOf('stack', hits(count, 0.6 * count, 11)),
          accuracyOf('alone', hits(count, 0.64 * count, 0)),
        ],
        [count],
      ).chosen;
    expect(among(75)).toBe('stack');
    expect(among(5000)).toBe('alone');
  });

  it('knows the standard error of a difference of accuracies', () => {
    const [a, b] = [hits(400, 240, 11), hits(400, 260, 0)];
    const { standings } = chooseWithinError([accuracyOf('a', a), accuracyOf('b', b)], [400]);
    const differences = a.map((own, i) => Number(b[i]) - Number(own));
    const mean = differences.reduce((x, y) => x + y, 0) / 400;
    const variance = differences.reduce((x, y) => x + (y - mean) ** 2, 0) / 400;
    expect(standings[0]?.behind).toBeCloseTo(20 / 400, 10);
    expect(standings[0]?.error).toBeCloseTo(Math.sqrt(variance / 400), 2);
    expect(standings[1]).toMatchObject({ behind: 0, error: 0 });
  });

  it('chooses the same again, and takes the mean of draws', () => {
    const [a, b] = [hits(50, 30, 3), hits(50, 20, 0)];
    const contenders = ['a', 'b'].map((name, i) => ({
      name,
      worth: (rows: readonly number[], draw: number) =>
        accuracyOf(name, (draw + i) % 2 === 0 ? a : b).worth(rows),
    }));
    const once = chooseWithinError(contenders, [50, 50]);
    expect(once.standings.map(({ worth }) => worth)).toEqual([0.5, 0.5]);
    expect(chooseWithinError(contenders, [50, 50])).toEqual(once);
  });

  it('leaves resamples out of which a metric has no value', () => {
    const positive = [true, false, false];
    const choice = chooseWithinError(
      [1, 2].map((name) => ({
        name: String(name),
        worth: (rows: readonly number[]) => (rows.some((row) => positive[row]) ? name : Number.NaN),
      })),
      [3],
    );
    expect(choice.chosen).toBe('2');
    expect(choice.standings[0]).toMatchObject({ behind: 1, error: 0 });
  });
});

describe('one metric of some rows', () => {
  const { next } = seededRandom(4);
  const rows = Array.from({ length: 60 }, () => Math.floor(next() * 40));
  const softmax = (labels: number) =>
    Array.from({ length: 40 }, () => {
      const own = Array.from({ length: labels }, () => next());
      return own.map((p) => p / own.reduce((x, y) => x + y, 0));
    });
  const one = (labels: number): Judged => ({
    ...{ kind: 'CLASSIFY', labels: Array.from({ length: labels }, (_, i) => `l${i}`) },
    probabilities: softmax(labels),
    truth: Array.from({ length: 40 }, () => Math.floor(next() * labels)),
  });
  const several: Judged = {
    ...{ kind: 'MULTI_LABEL', labels: ['a', 'b'] },
    probabilities: Array.from({ length: 40 }, () => [next(), next()]),
    truth: Array.from({ length: 40 }, () => [next() < 0.3, next() < 0.6]),
  };
  const values: Judged = {
    kind: 'REGRESS',
    values: Array.from({ length: 40 }, () => next()),
    truth: Array.from({ length: 40 }, () => next()),
  };

  it.each([
    ['accuracy', one(3)],
    ['rocAuc', one(2)],
    ['rocAuc', one(3)],
    ['macroF1', several],
    ['spearman', values],
  ])('is what the whole report says: %s', (metric, judged) => {
    expect(oneMetric(judged, metric, rows)).toBeCloseTo(
      evaluate(pick(judged, rows))[metric] as number,
      12,
    );
  });
});
