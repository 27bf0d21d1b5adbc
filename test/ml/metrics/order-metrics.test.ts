import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { averagePrecision } from '../../../src/ml/metrics/average-precision.ts';
import { liftAt, ndcgAt } from '../../../src/ml/metrics/ranking.ts';
import { spearman } from '../../../src/ml/metrics/regression.ts';
import { rocAuc } from '../../../src/ml/metrics/roc-auc.ts';

// Few distinct scores, so that ties abound.
const scored = fc.array(
  fc.record({ score: fc.integer({ min: 0, max: 6 }), positive: fc.boolean() }),
  { minLength: 1, maxLength: 40 },
);
const parts = (rows: readonly { score: number; positive: boolean }[]) =>
  [rows.map((row) => row.score), rows.map((row) => row.positive)] as const;

describe('ROC-AUC', () => {
  it('is the share of pairs in the right order, ties a half', () => {
    fc.assert(
      fc.property(scored, (rows) => {
        const wins = rows
          .filter((row) => row.positive)
          .flatMap((p) =>
            rows
              .filter((row) => !row.positive)
              .map((n) => (p.score > n.score ? 1 : p.score === n.score ? 0.5 : 0)),
          );
        const expected =
          wins.length === 0 ? null : wins.reduce<number>((a, b) => a + b, 0) / wins.length;
        const actual = rocAuc(...parts(rows));
        if (expected === null) expect(actual).toBeNull();
        else expect(actual).toBeCloseTo(expected, 12);
      }),
    );
  });

  it('names the row of a score that is not a number', () => {
    expect(() => rocAuc([0.1, Number.NaN], [true, false])).toThrow(/row 1 is NaN/);
  });
});

describe('PR-AUC', () => {
  it('sums precision over each threshold, found by counting', () => {
    fc.assert(
      fc.property(scored, (rows) => {
        const positives = rows.filter((row) => row.positive).length;
        let area = 0;
        let recall = 0;
        for (const cut of [6, 5, 4, 3, 2, 1, 0]) {
          const taken = rows.filter((row) => row.score >= cut);
          const hits = taken.filter((row) => row.positive).length;
          if (taken.length === 0 || positives === 0) continue;
          area += (hits / positives - recall) * (hits / taken.length);
          recall = hits / positives;
        }
        const actual = averagePrecision(...parts(rows));
        if (positives === 0) expect(actual).toBeNull();
        else expect(actual).toBeCloseTo(area, 12);
      }),
    );
  });
});

describe('lift', () => {
  it('is 1 over the share of positives when they come first, and 1 when nothing is known', () => {
    const positive = Array.from({ length: 20 }, (_, i) => i < 2);
    expect(liftAt(positive.map(Number), positive, 0.1)).toBeCloseTo(10, 12);
    expect(liftAt(new Array(20).fill(0.5), positive, 0.1)).toBeCloseTo(1, 12);
  });
});

describe('nDCG', () => {
  it('is 1 exactly for a best order, and never above', () => {
    const graded = fc.array(
      fc.record({
        score: fc.double({ noNaN: true, min: 0, max: 1 }),
        gain: fc.integer({ min: 0, max: 3 }),
      }),
      { minLength: 1, maxLength: 12 },
    );
    fc.assert(
      fc.property(graded, fc.integer({ min: 1, max: 12 }), (rows, k) => {
        const gains = rows.map((row) => row.gain);
        const best = ndcgAt(gains, gains, k);
        const own = ndcgAt(
          rows.map((row) => row.score),
          gains,
          k,
        );
        if (best === null) return expect(own).toBeNull();
        expect(best).toBeCloseTo(1, 12);
        expect(own as number).toBeLessThanOrEqual(1 + 1e-12);
      }),
    );
  });

  it('discounts by place: (1/log2 3 + 0) of (1) for a hit in second place', () => {
    expect(ndcgAt([2, 1], [0, 1], 2)).toBeCloseTo(Math.log2(2) / Math.log2(3), 12);
  });
});

describe("Spearman's correlation", () => {
  it("equals Pearson's on ranks counted by comparison", () => {
    const pairs = fc.array(
      fc.tuple(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 5 })),
      {
        minLength: 2,
        maxLength: 30,
      },
    );
    fc.assert(
      fc.property(pairs, (rows) => {
        const rank = (values: number[]) =>
          values.map(
            (v) =>
              values.filter((o) => o < v).length + (values.filter((o) => o === v).length + 1) / 2,
          );
        const [a, b] = [rank(rows.map(([x]) => x)), rank(rows.map(([, y]) => y))];
        const centre = (v: number[]) => v.map((x) => x - v.reduce((s, y) => s + y, 0) / v.length);
        const dot = (x: number[], y: number[]) => x.reduce((s, v, i) => s + v * (y[i] ?? 0), 0);
        const [x, y] = [centre(a), centre(b)];
        const spread = Math.sqrt(dot(x, x) * dot(y, y));
        const actual = spearman(
          rows.map(([v]) => v),
          rows.map(([, v]) => v),
        );
        if (spread === 0) expect(actual).toBeNull();
        else expect(actual).toBeCloseTo(dot(x, y) / spread, 10);
      }),
    );
  });
});
