import { describe, expect, it } from '@jest/globals';
import { seededRandom } from '../../../../src/ml/random.ts';
import { drawExample, mixtureRates, replayRates } from '../../../../src/ml/t5/data/mixture.ts';
import { languageOf, withPrefix } from '../../../../src/ml/t5/data/prefix.ts';

describe('mixture of tasks', () => {
  it('draws in proportion to size at temperature 1, evenly when it is very high', () => {
    expect(mixtureRates([100, 300], 1)).toEqual([0.25, 0.75]);
    const even = mixtureRates([100, 300], 1e6);
    expect(even[0]).toBeCloseTo(0.5, 5);
    // At temperature 2 by square roots: 10 and 20 of 30.
    expect(mixtureRates([100, 400], 2)[0]).toBeCloseTo(1 / 3, 10);
  });

  it('caps a huge task', () => {
    expect(mixtureRates([10, 1000], 1, 30)).toEqual([0.25, 0.75]);
  });

  it('never draws an empty task, and draws each about as often as its rate says', () => {
    const sizes = [100, 0, 400];
    const rates = mixtureRates(sizes, 2);
    const counts = [0, 0, 0];
    const examples = new Set<number>();
    const random = seededRandom(5).next;
    for (let i = 0; i < 3000; i++) {
      const { task, example } = drawExample(sizes, rates, random);
      counts[task] = (counts[task] as number) + 1;
      if (task === 0) examples.add(example);
    }
    expect(counts[1]).toBe(0);
    expect((counts[0] as number) / 3000).toBeCloseTo(1 / 3, 1);
    expect(examples.size).toBe(100);
  });

  it('replays the old domain in its share, and only the new where there is no old', () => {
    const random = seededRandom(6).next;
    const drawn = (sizes: number[]) =>
      Array.from({ length: 2000 }, () => drawExample(sizes, replayRates(0.25), random).task);
    const old = drawn([10, 1000]).filter((task) => task === 1).length;
    expect(old / 2000).toBeCloseTo(0.25, 1);
    expect(new Set(drawn([10, 0]))).toEqual(new Set([0]));
  });
});

describe('task prefixes', () => {
  it('calls a task by its name in the language of the domain', () => {
    expect(withPrefix('age_band', 'en', 'bought shoes')).toBe('age band: bought shoes');
    expect(withPrefix('age_band', 'zh', '买了鞋')).toBe('年龄段：买了鞋');
    expect(withPrefix('favourite_shop', 'en', 'x')).toBe('favourite shop: x');
  });

  it('tells Chinese from English', () => {
    expect(languageOf('买了一双 Nike 跑鞋')).toBe('zh');
    expect(languageOf('bought running shoes 跑鞋')).toBe('en');
    expect(languageOf('123 !?')).toBe('en');
  });
});
