import { describe, expect, it } from '@jest/globals';
import { intervalOf } from '../../../eval/transfer/interval.ts';
import { normalFrom } from '../../../src/ml/random.ts';

describe('the interval of a mean of a few runs', () => {
  it('is the textbook interval of five numbers', () => {
    // Mean 3, deviation sqrt(2.5), t(.975, 4) = 2.776.
    const { mean, half } = intervalOf([1, 2, 3, 4, 5]);
    expect(mean).toBe(3);
    expect(half).toBeCloseTo(2.776 * Math.sqrt(2.5 / 5), 6);
  });

  it('has no width of a single run', () => {
    expect(intervalOf([0.7])).toEqual({ mean: 0.7, runs: 1 });
  });

  it('holds the true mean in about 95 of 100 cases', () => {
    const normal = normalFrom(7);
    let held = 0;
    for (let round = 0; round < 4000; round++) {
      const { mean, half = 0 } = intervalOf(Array.from({ length: 5 }, () => 2 + 3 * normal()));
      if (Math.abs(mean - 2) <= half) held++;
    }
    expect(held / 4000).toBeGreaterThan(0.94);
    expect(held / 4000).toBeLessThan(0.96);
  });
});
