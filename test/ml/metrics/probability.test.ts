import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { brierScore, calibrationError, logLoss } from '../../../src/ml/metrics/probability.ts';

describe('log loss', () => {
  it('is the mean surprise in nats, and finite for a sure mistake', () => {
    expect(
      logLoss(
        [
          [0.25, 0.75],
          [0.5, 0.5],
        ],
        [0, 1],
      ),
    ).toBeCloseTo((Math.log(4) + Math.log(2)) / 2, 12);
    expect(Number.isFinite(logLoss([[1, 0]], [1]))).toBe(true);
  });
});

describe('Brier score', () => {
  it('is 0 for sure and right, 2 for sure and wrong, and halves of it for two classes one-sided', () => {
    expect(brierScore([[0, 1]], [1])).toBe(0);
    expect(brierScore([[1, 0]], [1])).toBe(2);
    expect(brierScore([[0.3, 0.7]], [1])).toBeCloseTo(2 * 0.3 ** 2, 12);
  });
});

describe('calibration error', () => {
  it('is nothing when confidence is accuracy, and the gap when it is not', () => {
    const rows = Array.from({ length: 10 }, () => [0.2, 0.8]);
    const right = (count: number) => rows.map((_, i) => (i < count ? 1 : 0));
    expect(calibrationError(rows, right(8))).toBeCloseTo(0, 12);
    expect(calibrationError(rows, right(5))).toBeCloseTo(0.3, 12);
  });

  it('equals the sum over bins, each weighed by its rows', () => {
    const cases = fc.array(fc.tuple(fc.double({ min: 0.5, max: 1, noNaN: true }), fc.boolean()), {
      minLength: 1,
      maxLength: 60,
    });
    fc.assert(
      fc.property(cases, (rows) => {
        let expected = 0;
        for (let bin = 0; bin < 15; bin += 1) {
          const own = rows.filter(([p]) => p > bin / 15 && p <= (bin + 1) / 15);
          if (own.length === 0) continue;
          const accuracy = own.filter(([, right]) => right).length / own.length;
          const confidence = own.reduce((sum, [p]) => sum + p, 0) / own.length;
          expected += (own.length / rows.length) * Math.abs(accuracy - confidence);
        }
        const actual = calibrationError(
          rows.map(([p]) => [p, 1 - p]),
          rows.map(([, right]) => (right ? 0 : 1)),
        );
        expect(actual).toBeCloseTo(expected, 10);
      }),
    );
  });
});
