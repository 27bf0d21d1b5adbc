import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { chooseThreshold, isSure } from '../../../../src/ml/t5/run/threshold.ts';

const rowsOf = fc.array(
  fc.record({ confidence: fc.integer({ min: 0, max: 9 }), right: fc.boolean() }),
  {
    maxLength: 30,
  },
);

describe('the least confidence of an answer', () => {
  it('gives most answers of all thresholds that keep the precision', () => {
    fc.assert(
      fc.property(rowsOf, fc.constantFrom(0.5, 0.8, 1), (rows, precision) => {
        const confidences = rows.map(({ confidence }) => confidence);
        const right = rows.map((row) => row.right);
        const chosen = chooseThreshold(confidences, right, precision);
        const options = confidences.map((least) => {
          const given = rows.filter(({ confidence }) => confidence >= least);
          return { given: given.length, right: given.filter((row) => row.right).length };
        });
        const good = options.filter((option) => option.right >= precision * option.given);
        const most = Math.max(0, ...good.map(({ given }) => given));
        expect(Math.round(chosen.coverage * rows.length)).toBe(most);
        expect(confidences.filter((own) => isSure(own, chosen))).toHaveLength(most);
      }),
    );
  });

  it('gives none when the surest answers are wrong too often', () => {
    const chosen = chooseThreshold([0.9, 0.8, 0.1], [false, true, true], 0.9);
    expect(chosen).toMatchObject({ least: null, coverage: 0 });
    expect(isSure(1, chosen)).toBe(false);
  });
});
