import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { planBatches } from '../../../src/ml/serve/batches.ts';

const lengths = fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 200 });
const budgets = fc.integer({ min: 1, max: 2000 });

describe('batches of texts of like length', () => {
  it('hold each text once', () => {
    fc.assert(
      fc.property(lengths, budgets, (sizes, budget) => {
        const places = planBatches(sizes, budget).flat();
        expect(places.sort((a, b) => a - b)).toEqual(sizes.map((_, place) => place));
      }),
    );
  });

  it('stay within the budget, padding included, or are a single text', () => {
    fc.assert(
      fc.property(lengths, budgets, (sizes, budget) => {
        for (const batch of planBatches(sizes, budget)) {
          const longest = Math.max(...batch.map((place) => sizes[place] as number));
          if (batch.length > 1) expect(longest * batch.length).toBeLessThanOrEqual(budget);
        }
      }),
    );
  });

  it('could not take in the next text: none is needlessly small', () => {
    fc.assert(
      fc.property(lengths, budgets, (sizes, budget) => {
        const batches = planBatches(sizes, budget);
        for (const batch of batches.slice(0, -1)) {
          const longest = Math.max(1, ...batch.map((place) => sizes[place] as number));
          expect(longest * (batch.length + 1)).toBeGreaterThan(budget);
        }
      }),
    );
  });

  it('go from the longest to the shortest', () => {
    expect(planBatches([3, 9, 4, 10, 2], 20)).toEqual([
      [3, 1],
      [2, 0, 4],
    ]);
  });
});
