import { describe, expect, it } from '@jest/globals';
import { distinct, normal, randomOf } from '../../../src/ml/t5/random.ts';

const draws = (count: number, ...keys: number[]) => {
  const random = randomOf(...keys);
  return Array.from({ length: count }, () => random());
};

describe('random numbers', () => {
  it('are the same for the same keys and differ for others', () => {
    expect(draws(5, 1, 2)).toEqual(draws(5, 1, 2));
    const firsts = new Set(Array.from({ length: 1000 }, (_, i) => draws(1, 1, i)[0]));
    expect(firsts.size).toBeGreaterThan(995);
    expect(draws(5, 2, 1)).not.toEqual(draws(5, 1, 2));
    expect(draws(5, 2 ** 40)).not.toEqual(draws(5, 0));
  });

  it('are uniform, also across neighbouring keys', () => {
    const neighbours = Array.from({ length: 10_000 }, (_, i) => draws(1, 7, i)[0] as number);
    for (const numbers of [draws(10_000, 3), neighbours]) {
      const counts = new Array<number>(10).fill(0);
      for (const value of numbers) {
        const tenth = Math.floor(value * 10);
        counts[tenth] = (counts[tenth] as number) + 1;
      }
      // Chi squared with 9 degrees of freedom passes 27.9 once in a thousand.
      const chi = counts.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
      expect(chi).toBeLessThan(27.9);
    }
  });

  it('draws the normal distribution', () => {
    const random = randomOf(5);
    const values = Array.from({ length: 20_000 }, () => normal(random));
    const mean = values.reduce((a, b) => a + b) / values.length;
    const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length;
    expect(Math.abs(mean)).toBeLessThan(0.03);
    expect(Math.abs(variance - 1)).toBeLessThan(0.05);
    expect(values.filter((v) => Math.abs(v) < 1.96).length / 20_000).toBeCloseTo(0.95, 2);
  });

  it('samples without replacement, every set as likely', () => {
    const random = randomOf(9);
    const counts = new Map<string, number>();
    for (let i = 0; i < 6000; i++) {
      const key = distinct(2, 4, random).join();
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    expect([...counts.keys()].sort()).toEqual(['0,1', '0,2', '0,3', '1,2', '1,3', '2,3']);
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(120);
    expect(distinct(0, 3, random)).toEqual([]);
    expect(distinct(3, 3, random)).toEqual([0, 1, 2]);
  });
});
