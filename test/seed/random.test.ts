import { describe, expect, it } from '@jest/globals';
import { allot } from '../../prisma/seed/allot.ts';
import {
  createRandom,
  exponential,
  geometric,
  logNormal,
  normal,
  type Random,
  sample,
  weighted,
} from '../../prisma/seed/random.ts';

const DRAWS = 20_000;

function draw(distribution: (random: Random) => number): number[] {
  const random = createRandom(7, 'draws');
  return Array.from({ length: DRAWS }, () => distribution(random)).sort((a, b) => a - b);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

describe('createRandom', () => {
  it('gives the same numbers for the same seed and stream', () => {
    const [one, other] = [createRandom(1, 'a'), createRandom(1, 'a')];
    expect(Array.from({ length: 50 }, one)).toEqual(Array.from({ length: 50 }, other));
  });

  it.each([
    ['seeds', createRandom(1, 'a'), createRandom(2, 'a')],
    ['streams', createRandom(1, 'a'), createRandom(1, 'b')],
  ])('gives unrelated numbers for different %s', (_, one, other) => {
    const pairs = Array.from({ length: DRAWS }, () => (one() - 0.5) * (other() - 0.5));
    // The product of two independent centred uniforms has deviation 1/12.
    expect(Math.abs(mean(pairs))).toBeLessThan(4 / 12 / Math.sqrt(DRAWS));
  });

  it('fills [0, 1) evenly', () => {
    const values = draw((random) => random());
    const counts = Array.from(
      { length: 20 },
      (_, bin) => values.filter((value) => Math.floor(value * 20) === bin).length,
    );
    const expected = DRAWS / 20;
    const chiSquare = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    // 19 degrees of freedom: the 99.9th percentile is 43.8.
    expect(chiSquare).toBeLessThan(43.8);
  });
});

describe('distributions', () => {
  it.each([
    ['normal', (random: Random) => normal(random, 3, 2), 3, 2],
    ['exponential', (random: Random) => exponential(random, 5), 5, 5],
    ['geometric', (random: Random) => geometric(random, 0.25), 3, Math.sqrt(12)],
  ])('%s has its mean', (_, distribution, expected, deviation) => {
    expect(Math.abs(mean(draw(distribution)) - expected)).toBeLessThan(
      (4 * deviation) / Math.sqrt(DRAWS),
    );
  });

  it('logNormal has its median', () => {
    const values = draw((random) => logNormal(random, 10, 1));
    expect(values[DRAWS / 2]).toBeGreaterThan(9.5);
    expect(values[DRAWS / 2]).toBeLessThan(10.5);
  });

  it('weighted follows the weights and leaves out what weighs nothing', () => {
    const random = createRandom(3, 'weights');
    const drawn = Array.from({ length: DRAWS }, () => weighted(random, { a: 3, b: 1, c: 0 }));
    const share = drawn.filter((key) => key === 'a').length / DRAWS;
    expect(share).toBeCloseTo(0.75, 1);
    expect(drawn).not.toContain('c');
  });

  it('sample takes each item once at most', () => {
    const random = createRandom(3, 'sample');
    expect(sample(random, ['a', 'b', 'c'], 5).sort()).toEqual(['a', 'b', 'c']);
  });
});

describe('allot', () => {
  it('splits in proportion', () => {
    expect(allot(10, [1, 2, 2], 0)).toEqual([2, 4, 4]);
  });

  it('keeps floors and caps, and the sum', () => {
    const shares = allot(100, [1000, 1, 1, 1], 5, () => 60);
    expect(shares[0]).toBe(60);
    expect(Math.min(...shares)).toBeGreaterThanOrEqual(5);
    expect(shares.reduce((sum, share) => sum + share, 0)).toBe(100);
  });

  it.each([3, 41])('refuses a total of %d that does not fit', (total) => {
    expect(() => allot(total, [1, 1], 2, () => 20)).toThrow(RangeError);
  });
});
