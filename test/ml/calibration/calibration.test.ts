import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  calibrate,
  calibration,
  curvesOf,
  fitCalibration,
  temperatureOf,
} from '../../../src/ml/calibration/calibration.ts';
import { applyIsotonic, fitIsotonic } from '../../../src/ml/calibration/isotonic.ts';
import { fitTemperature } from '../../../src/ml/calibration/temperature.ts';
import { calibrationError, logLoss } from '../../../src/ml/metrics/probability.ts';
import { seededRandom } from '../../../src/ml/random.ts';

/** Rows whose true chances are known; the model says their logits times `sharpness`. */
function overconfident(count: number, sharpness: number) {
  const random = seededRandom(3).next;
  const logits: number[][] = [];
  const truth: number[] = [];
  for (let i = 0; i < count; i += 1) {
    const chances = [random() * 4, random() * 4, random() * 4];
    const weights = chances.map(Math.exp);
    const sum = weights.reduce((a, b) => a + b, 0);
    const draw = random() * sum;
    const [a = 0, b = 0] = weights;
    truth.push(draw < a ? 0 : draw < a + b ? 1 : 2);
    logits.push(chances.map((logit) => logit * sharpness));
  }
  return { logits, truth };
}

const softmax = (row: number[]) => {
  const sum = row.reduce((total, v) => total + Math.exp(v), 0);
  return row.map((v) => Math.exp(v) / sum);
};

describe('temperature scaling', () => {
  it('finds the sharpness that was put in', () => {
    const { logits, truth } = overconfident(4000, 3);
    expect(fitTemperature(logits, truth)).toBeCloseTo(3, 0);
  });

  it('has the least log loss of a fine grid of temperatures', () => {
    const { logits, truth } = overconfident(300, 2);
    const loss = (t: number) =>
      logLoss(
        logits.map((row) => softmax(row.map((v) => v / t))),
        truth,
      );
    const best = loss(fitTemperature(logits, truth));
    for (let t = 0.2; t < 10; t *= 1.02) expect(loss(t)).toBeGreaterThanOrEqual(best - 1e-9);
  });

  it('mends the calibration error and keeps the order of classes', () => {
    const { logits, truth } = overconfident(3000, 4);
    const raw = logits.map(softmax);
    const mended = calibrate(temperatureOf(raw, truth), raw);
    expect(calibrationError(raw, truth)).toBeGreaterThan(0.1);
    expect(calibrationError(mended, truth)).toBeLessThan(0.03);
    const top = (rows: number[][]) => rows.map((row) => row.indexOf(Math.max(...row)));
    expect(top(mended)).toEqual(top(raw));
  });
});

describe('isotonic calibration', () => {
  const pairs = fc.array(fc.tuple(fc.integer({ min: 0, max: 8 }), fc.integer({ min: 0, max: 1 })), {
    minLength: 1,
    maxLength: 25,
  });

  it('is the min-max formula: the largest over starts of the smallest mean over ends', () => {
    fc.assert(
      fc.property(pairs, (rows) => {
        const fitted = fitIsotonic(
          rows.map(([x]) => x),
          rows.map(([, y]) => y),
        );
        const places = [...new Set(rows.map(([x]) => x))].sort((a, b) => a - b);
        const mean = (from: number, to: number) => {
          const own = rows.filter(([x]) => x >= from && x <= to);
          return own.reduce((sum, [, y]) => sum + y, 0) / own.length;
        };
        for (const x of places) {
          const starts = places.filter((s) => s <= x);
          const ends = places.filter((e) => e >= x);
          const expected = Math.max(...starts.map((s) => Math.min(...ends.map((e) => mean(s, e)))));
          expect(applyIsotonic(fitted, x)).toBeCloseTo(expected, 10);
        }
      }),
    );
  });

  it('holds its ends and never falls between points', () => {
    fc.assert(
      fc.property(pairs, (rows) => {
        const fitted = fitIsotonic(
          rows.map(([x]) => x),
          rows.map(([, y]) => y),
        );
        const line = Array.from({ length: 120 }, (_, i) => applyIsotonic(fitted, i / 10 - 1));
        for (let i = 1; i < line.length; i += 1)
          expect(line[i]).toBeGreaterThanOrEqual((line[i - 1] as number) - 1e-12);
      }),
    );
  });
});

describe('a calibration', () => {
  it('survives JSON, of either kind, and gives rows that sum to 1', () => {
    const { logits, truth } = overconfident(200, 2);
    const raw = logits.map(softmax);
    for (const own of [temperatureOf(raw, truth), curvesOf(raw, truth)]) {
      const again = calibration.parse(JSON.parse(JSON.stringify(own)));
      expect(calibrate(again, raw)).toEqual(calibrate(own, raw));
      for (const row of calibrate(own, raw))
        expect(row.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 10);
    }
  });

  it('is a temperature where few rows would teach a staircase their noise', () => {
    const { logits, truth } = overconfident(200, 2);
    expect(fitCalibration(logits.map(softmax), truth).kind).toBe('temperature');
  });

  it('is a staircase where the chances are bent as no temperature can mend', () => {
    const random = seededRandom(8).next;
    const said = Array.from({ length: 4000 }, () => random());
    const truth = said.map((p) => (random() < (p < 0.5 ? 0.1 : 0.6) ? 1 : 0));
    const own = fitCalibration(
      said.map((p) => [1 - p, p]),
      truth,
    );
    expect(own.kind).toBe('isotonic');
    expect(calibrate(own, [[0.7, 0.3]])[0]?.[1]).toBeCloseTo(0.1, 1);
  });
});
