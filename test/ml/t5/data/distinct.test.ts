import { describe, expect, it } from '@jest/globals';
import { seededRandom } from '../../../../src/ml/random.ts';
import { distinct } from '../../../../src/ml/t5/data/distinct.ts';

describe('sampling without replacement', () => {
  it('draws every set as often', () => {
    const random = seededRandom(9).next;
    const counts = new Map<string, number>();
    for (let i = 0; i < 6000; i++) {
      const key = distinct(2, 4, random).join();
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    expect([...counts.keys()].sort()).toEqual(['0,1', '0,2', '0,3', '1,2', '1,3', '2,3']);
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(120);
  });

  it('draws nothing and everything', () => {
    expect(distinct(0, 3, seededRandom(1).next)).toEqual([]);
    expect(distinct(3, 3, seededRandom(1).next)).toEqual([0, 1, 2]);
  });
});
