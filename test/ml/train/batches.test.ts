import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  type BatchOptions,
  bucketOf,
  createBatches,
  lengthBuckets,
  planEpoch,
} from '../../../src/ml/train/batches.ts';

const anyOptions: fc.Arbitrary<BatchOptions> = fc.record({
  lengths: fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 200 }),
  size: fc.integer({ min: 1, max: 40 }),
  seed: fc.nat(),
});

describe('the batches of an epoch', () => {
  it('hold every row once', () => {
    fc.assert(
      fc.property(anyOptions, fc.nat(9), (options, epoch) => {
        const rows = planEpoch(options, epoch).flatMap((plan) => plan.rows);
        expect(rows.sort((a, b) => a - b)).toEqual([...Array(options.lengths.length).keys()]);
      }),
    );
  });

  it('are full but for one', () => {
    fc.assert(
      fc.property(anyOptions, (options) => {
        const plans = planEpoch(options, 0);
        expect(plans.length).toBe(Math.ceil(options.lengths.length / options.size));
        expect(plans.filter((plan) => plan.rows.length < options.size).length).toBeLessThan(2);
      }),
    );
  });

  it('pad rows to a bucket that holds them, or to the longest', () => {
    fc.assert(
      fc.property(anyOptions, (options) => {
        for (const { length, rows } of planEpoch(options, 0)) {
          expect(lengthBuckets).toContain(length);
          const longest = Math.max(...rows.map((row) => options.lengths[row] as number));
          expect(Math.min(longest, 256)).toBeLessThanOrEqual(length);
        }
      }),
    );
  });

  it('hold at most one batch less one row of shorter rows in each bucket', () => {
    fc.assert(
      fc.property(anyOptions, (options) => {
        const plans = planEpoch(options, 0);
        for (const bucket of lengthBuckets) {
          const rows = plans.filter(({ length }) => length === bucket).flatMap((plan) => plan.rows);
          const shorter = rows.filter((row) => bucketOf(options.lengths[row] as number) < bucket);
          expect(shorter.length).toBeLessThan(options.size);
        }
      }),
    );
  });

  it('are the same for a seed and epoch, and others for another', () => {
    const options = { lengths: Array.from({ length: 100 }, (_, i) => 1 + i), size: 8, seed: 3 };
    expect(planEpoch(options, 4)).toEqual(planEpoch(options, 4));
    expect(planEpoch(options, 4)).not.toEqual(planEpoch(options, 5));
    expect(planEpoch(options, 4)).not.toEqual(planEpoch({ ...options, seed: 4 }, 4));
  });
});

describe('the batches of a run', () => {
  it('are a function of the step: asked in any order, they are the epochs in a row', () => {
    const options = { lengths: [3, 30, 50, 5, 70, 9, 20], size: 3, seed: 1 };
    const batches = createBatches(options, (plan) => plan);
    expect(batches.perEpoch).toBe(3);
    const inARow = [0, 1, 2].flatMap((epoch) => planEpoch(options, epoch));
    for (const step of [9, 1, 5, 4, 2, 8, 3, 7, 6, 9])
      expect(batches.at(step, Math.random)).toEqual(inARow[step - 1]);
  });
});
