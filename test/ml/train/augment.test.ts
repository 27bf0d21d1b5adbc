import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { seededRandom } from '../../../src/ml/random.ts';
import { augment } from '../../../src/ml/train/augment.ts';

const text = fc
  .array(fc.integer({ min: 10, max: 99 }), { minLength: 1, maxLength: 40 })
  .map((words) => Int32Array.from([1, ...words, 2]));
const sorted = (ids: Iterable<number>) => [...ids].sort((a, b) => a - b);

describe('augmentation', () => {
  it('leaves out a share of the words, in their order, never all, and keeps the ends', () => {
    fc.assert(
      fc.property(text, fc.nat(), (ids, seed) => {
        const own = augment(ids, { tokenDropout: 0.5, spanSwap: 0 }, seededRandom(seed).next);
        expect([own[0], own.at(-1)]).toEqual([1, 2]);
        expect(own.length).toBeGreaterThan(2);
        let at = 0;
        for (const id of own) at = ids.indexOf(id, at) + 1 || Number.NaN;
        expect(at).not.toBeNaN();
      }),
    );
  });

  it('moves words without changing which there are', () => {
    fc.assert(
      fc.property(text, fc.nat(), (ids, seed) => {
        const own = augment(ids, { tokenDropout: 0, spanSwap: 1 }, seededRandom(seed).next);
        expect(sorted(own)).toEqual(sorted(ids));
        expect([own[0], own.at(-1)]).toEqual([1, 2]);
      }),
    );
  });

  it('swaps two neighbouring spans', () => {
    const ids = Int32Array.from([1, 10, 11, 12, 13, 14, 15, 2]);
    const own = augment(ids, { tokenDropout: 0, spanSwap: 1 }, seededRandom(4).next);
    expect(own).not.toEqual(ids);
  });

  it('changes nothing when nothing is asked for', () => {
    const ids = Int32Array.from([1, 10, 11, 12, 2]);
    expect(augment(ids, { tokenDropout: 0, spanSwap: 0 }, Math.random)).toEqual(ids);
  });
});
