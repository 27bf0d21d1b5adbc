import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fitLinear, predictLinear } from '../../../src/ml/baselines/linear.ts';
import type { Link } from '../../../src/ml/baselines/link.ts';
import { packDense } from '../../../src/ml/baselines/sparse.ts';

/** The penalised loss by its formula, in plain loops. */
function objective(
  link: Link,
  x: number[][],
  y: number[][],
  w: number[][],
  b: number[],
  l2: number,
) {
  let total = 0;
  for (const [i, row] of x.entries()) {
    const scores = b.map((own, k) => row.reduce((s, v, j) => s + v * (w[j]?.[k] ?? 0), own));
    const target = y[i] ?? [];
    const sum = Math.log(scores.reduce((s, v) => s + Math.exp(v), 0));
    for (const [k, s] of scores.entries()) {
      const t = target[k] ?? 0;
      if (link === 'softmax') total -= t * (s - sum);
      else if (link === 'sigmoid') total += Math.log(1 + Math.exp(s)) - t * s;
      else total += (s - t) ** 2 / 2;
    }
  }
  const squares = [...w.flat(), ...b].reduce((s, v) => s + v * v, 0);
  return total + (l2 / 2) * squares;
}

describe.each<Link>(['softmax', 'sigmoid', 'identity'])('a linear model with %s', (link) => {
  it('is at the minimum: no coefficient can be moved to a smaller loss', () => {
    const cell = fc.double({ min: -2, max: 2, noNaN: true });
    const rows = fc.array(fc.tuple(cell, cell, fc.nat(2)), { minLength: 3, maxLength: 25 });
    fc.assert(
      fc.property(rows, fc.constantFrom(0.5, 2), (cases, l2) => {
        const x = cases.map(([a, b]) => [a, b]);
        const y = cases.map(([, , c]) => [0, 1, 2].map((k) => (k === c ? 1 : 0)));
        const model = fitLinear(packDense(x, 2), Float32Array.from(y.flat()), {
          link,
          outputs: 3,
          l2,
          epochs: 3000,
          tolerance: 1e-7,
        });
        const w = [0, 1].map((j) => [...model.weights.subarray(j * 3, j * 3 + 3)]);
        const b = [...model.bias];
        const least = objective(link, x, y, w, b, l2);
        for (const h of [1e-2, -1e-2]) {
          for (const j of [0, 1])
            for (const k of [0, 1, 2]) {
              const moved = w.map((row, r) => row.map((v, c) => (r === j && c === k ? v + h : v)));
              expect(objective(link, x, y, moved, b, l2)).toBeGreaterThan(least);
            }
          for (const k of [0, 1, 2])
            expect(
              objective(
                link,
                x,
                y,
                w,
                b.map((v, c) => (c === k ? v + h : v)),
                l2,
              ),
            ).toBeGreaterThan(least);
        }
      }),
      { numRuns: 15 },
    );
  });
});

describe('a linear model', () => {
  it('counts a row of weight 3 as three rows', () => {
    const x = [[1], [2], [3]];
    const options = { link: 'identity' as const, outputs: 1, l2: 1, epochs: 5000, tolerance: 1e-8 };
    const weighed = fitLinear(packDense(x, 1), Float32Array.of(1, 0, 4), {
      ...options,
      rowWeights: [3, 1, 1],
    });
    const repeated = fitLinear(
      packDense([[1], [1], ...x], 1),
      Float32Array.of(1, 1, 1, 0, 4),
      options,
    );
    expect(weighed.weights[0]).toBeCloseTo(repeated.weights[0] as number, 5);
    expect(weighed.bias[0]).toBeCloseTo(repeated.bias[0] as number, 5);
  });

  it('gives the same model for the same seed, and probabilities that sum to 1', () => {
    const rows = packDense(
      [
        [1, 0],
        [0, 1],
        [1, 1],
      ],
      2,
    );
    const targets = Float32Array.of(1, 0, 0, 1, 0, 1);
    const train = () => fitLinear(rows, targets, { link: 'softmax', outputs: 2, l2: 1, seed: 5 });
    expect(train()).toEqual(train());
    for (const row of predictLinear(train(), rows))
      expect(row.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
  });
});
