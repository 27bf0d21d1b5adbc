import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { entitiesOf, entityScores } from '../../../src/ml/metrics/entities.ts';
import { evaluate } from '../../../src/ml/metrics/evaluate.ts';

const labels = ['a', 'b', 'c'];

describe('evaluate, one label of several', () => {
  const rows = fc.array(
    fc.tuple(
      fc.tuple(fc.nat(9), fc.nat(9), fc.nat(9)).map((n) => {
        const all = n[0] + n[1] + n[2] + 3;
        return n.map((own) => (own + 1) / all);
      }),
      fc.nat(2),
    ),
    { minLength: 1, maxLength: 40 },
  );

  it('counts precision, recall and F1 of each class as by hand', () => {
    fc.assert(
      fc.property(rows, (cases) => {
        const report = evaluate({
          kind: 'CLASSIFY',
          labels,
          probabilities: cases.map(([p]) => p),
          truth: cases.map(([, t]) => t),
        });
        const said = cases.map(([p]) => p.indexOf(Math.max(...p)));
        const f1s: number[] = [];
        for (const [c, label] of labels.entries()) {
          const hits = cases.filter(([, t], i) => t === c && said[i] === c).length;
          const predicted = said.filter((own) => own === c).length;
          const support = cases.filter(([, t]) => t === c).length;
          const precision = predicted ? hits / predicted : 0;
          const recall = support ? hits / support : 0;
          const f1 = hits ? (2 * precision * recall) / (precision + recall) : 0;
          if (support) f1s.push(f1);
          const own = (report.perClass as Record<string, Record<string, number>>)[label];
          expect(own?.precision).toBeCloseTo(precision, 12);
          expect(own?.recall).toBeCloseTo(recall, 12);
          expect(own?.f1).toBeCloseTo(f1, 12);
        }
        expect(report.macroF1).toBeCloseTo(f1s.reduce((a, b) => a + b, 0) / f1s.length, 12);
        expect(report.accuracy).toBe(
          said.filter((c, i) => c === cases[i]?.[1]).length / cases.length,
        );
      }),
    );
  });

  it('has the second of two labels as the positive one', () => {
    const report = evaluate({
      kind: 'CLASSIFY',
      labels: ['stays', 'leaves'],
      probabilities: [
        [0.9, 0.1],
        [0.2, 0.8],
        [0.6, 0.4],
      ],
      truth: [0, 1, 1],
    });
    expect(report).toMatchObject({ rows: 3, rocAuc: 1, prAuc: 1, accuracy: 2 / 3 });
    expect(report.confusion).toEqual({
      labels: ['stays', 'leaves'],
      counts: [
        [1, 0],
        [1, 1],
      ],
    });
  });

  it('refuses probabilities of another number of labels, and what is none', () => {
    const judge = (probabilities: number[][]) => () =>
      evaluate({ kind: 'CLASSIFY', labels, probabilities, truth: [0] });
    expect(judge([[0.5, 0.5]])).toThrow(/2 probabilities, the task has 3 labels/);
    expect(judge([[Number.NaN, 0.5, 0.5]])).toThrow(/class 0: NaN is not a probability/);
    expect(judge([])).toThrow(/0 predictions for 1 true values/);
  });
});

describe('evaluate by slices', () => {
  it('reports each slice as if it were alone, and leaves small ones out', () => {
    const truth = Array.from({ length: 45 }, (_, i) => i * 1.5);
    const values = truth.map((t, i) => t + (i % 3));
    const channel = truth.map((_, i) => (i < 20 ? 'web' : i < 40 ? 'shop' : 'rare'));
    const report = evaluate({ kind: 'REGRESS', values, truth }, { channel });
    const { channel: by } = report.slices as { channel: Record<string, unknown> };
    expect(Object.keys(by)).toEqual(['web', 'shop']);
    expect(by.web).toEqual(
      evaluate({ kind: 'REGRESS', values: values.slice(0, 20), truth: truth.slice(0, 20) }),
    );
  });
});

describe('evaluate, several labels', () => {
  it('takes micro over all decisions and the mean of areas over labels that vary', () => {
    const report = evaluate({
      kind: 'MULTI_LABEL',
      labels: ['x', 'y'],
      probabilities: [
        [0.9, 0.2],
        [0.4, 0.1],
        [0.7, 0.6],
      ],
      truth: [
        [true, false],
        [true, false],
        [false, false],
      ],
    });
    // x: found 1 of 2, said twice; y: nothing there, said once.
    expect(report.microF1).toBeCloseTo((2 * 1) / (3 + 2), 12);
    expect(report.macroF1).toBeCloseTo(0.5, 12);
    expect(report.rocAuc).toBe(0.5);
    expect(report.exactMatch).toBeCloseTo(1 / 3, 12);
  });
});

describe('evaluate, sequences', () => {
  it('reads spans from BIO tags', () => {
    expect(entitiesOf(['B-PER', 'I-PER', 'O', 'I-LOC', 'B-LOC', 'I-PER'])).toEqual([
      { type: 'PER', start: 0, end: 2 },
      { type: 'LOC', start: 3, end: 4 },
      { type: 'LOC', start: 4, end: 5 },
      { type: 'PER', start: 5, end: 6 },
    ]);
  });

  it('counts a span only when type and both ends are right', () => {
    const { micro, byType } = entityScores(
      [['B-PER', 'I-PER', 'O', 'B-LOC']],
      [['B-PER', 'O', 'O', 'B-LOC']],
    );
    expect(micro).toEqual({ precision: 0.5, recall: 0.5, f1: 0.5, support: 2 });
    expect(byType.LOC?.f1).toBe(1);
    expect(byType.PER?.f1).toBe(0);
  });
});
