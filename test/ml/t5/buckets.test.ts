import { describe, expect, it } from '@jest/globals';
import { relativeBucket } from '../../../src/ml/t5/buckets.ts';

const usual = { buckets: 32, maxDistance: 128 };

/** Worked out by hand: bucket b of 8..15 starts at 8 * 16^((b - 8) / 8) = 8 * sqrt(2)^(b - 8). */
const backwards: [bucket: number, first: number, last: number][] = [
  [0, 0, 0],
  [1, 1, 1],
  [7, 7, 7],
  [8, 8, 11],
  [9, 12, 15],
  [10, 16, 22],
  [11, 23, 31],
  [12, 32, 45],
  [13, 46, 63],
  [14, 64, 90],
  [15, 91, 5000],
];

describe('relative position buckets', () => {
  it.each(backwards)(
    'bucket %i holds the keys from %i to %i tokens back',
    (bucket, first, last) => {
      expect(relativeBucket(-first, true, usual)).toBe(bucket);
      expect(relativeBucket(-last, true, usual)).toBe(bucket);
    },
  );

  it('gives keys ahead the second half, where the encoder sees both sides', () => {
    for (const [bucket, first, last] of backwards.slice(1)) {
      expect(relativeBucket(first, true, usual)).toBe(16 + bucket);
      expect(relativeBucket(last, true, usual)).toBe(16 + bucket);
    }
  });

  it('gives the decoder all buckets backwards: 16 exact, then 16 * 8^(k / 16)', () => {
    expect([0, 5, 15, 16, 18, 19, 127, 128].map((n) => relativeBucket(-n, false, usual))).toEqual([
      0, 5, 15, 16, 16, 17, 31, 31,
    ]);
    expect(relativeBucket(3, false, usual)).toBe(0);
  });
});
