import { describe, expect, it } from '@jest/globals';
import { applyStack, fitStack, stack } from '../../../src/ml/calibration/stack.ts';
import { logLoss } from '../../../src/ml/metrics/probability.ts';
import { seededRandom } from '../../../src/ml/random.ts';

const logistic = (x: number) => 1 / (1 + Math.exp(-x));

/** Two models that each see one of two independent causes. */
function causes(count: number) {
  const random = seededRandom(11).next;
  const spread = () => random() * 6 - 3;
  const rows = Array.from({ length: count }, () => ({ a: spread(), b: spread() }));
  const truth = rows.map(({ a, b }) => (random() < logistic(a + b) ? 1 : 0));
  const model = (of: 'a' | 'b') => rows.map((row) => [1 - logistic(row[of]), logistic(row[of])]);
  return { first: model('a'), second: model('b'), truth };
}

describe('a stack of two models', () => {
  const { first, second, truth } = causes(3000);
  const oneHot = truth.map((t) => [1 - t, t]);

  it('sums the logits of models that know independent causes', () => {
    const own = fitStack('CLASSIFY', [first, second], oneHot);
    for (const weight of own.weights) expect(weight).toBeCloseTo(1, 0);
    const both = logLoss(applyStack('CLASSIFY', own, [first, second]), truth);
    expect(both).toBeLessThan(Math.min(logLoss(first, truth), logLoss(second, truth)) - 0.05);
  });

  it('leaves out a model that says nothing', () => {
    const random = seededRandom(2).next;
    const noise = truth.map(() => random()).map((p) => [1 - p, p]);
    const own = fitStack('CLASSIFY', [first, noise], oneHot);
    expect(own.weights[0]).toBeCloseTo(fitStack('CLASSIFY', [first], oneHot).weights[0] ?? 0, 1);
    expect(own.weights[1]).toBeLessThan(0.1);
  });

  it('treats labels apart where they are independent, and survives JSON', () => {
    const pair = (rows: number[][]) => rows.map(([, p = 0]) => [p]);
    const own = fitStack(
      'MULTI_LABEL',
      [pair(first), pair(second)],
      truth.map((t) => [t]),
    );
    const same = fitStack('CLASSIFY', [first, second], oneHot);
    expect(own.weights[0]).toBeCloseTo(same.weights[0] ?? 0, 3);
    const again = stack.parse(JSON.parse(JSON.stringify(own)));
    const [one] = applyStack('MULTI_LABEL', again, [pair(first), pair(second)]);
    const [two] = applyStack('CLASSIFY', own, [first, second]);
    expect(one?.[0]).toBeCloseTo(two?.[1] ?? 0, 6);
  });

  it('has no smaller loss anywhere near', () => {
    const own = fitStack('CLASSIFY', [first, second], oneHot);
    const loss = (weights: number[]) =>
      logLoss(applyStack('CLASSIFY', { weights }, [first, second]), truth);
    const least = loss(own.weights);
    for (const [a, b] of [
      [0.02, 0],
      [-0.02, 0],
      [0, 0.02],
      [0, -0.02],
      [0.02, -0.02],
    ])
      expect(
        loss([(own.weights[0] ?? 0) + (a ?? 0), (own.weights[1] ?? 0) + (b ?? 0)]),
      ).toBeGreaterThan(least);
  });

  it('gives no weight to a model that is worse than chance', () => {
    const turned = first.map(([a = 0, b = 0]) => [b, a]);
    expect(fitStack('CLASSIFY', [second, turned], oneHot).weights[1]).toBe(0);
  });

  it('refuses models of other rows', () => {
    expect(() => fitStack('CLASSIFY', [first.slice(1), second], oneHot)).toThrow(/predictions for/);
  });
});
