import { describe, expect, it } from '@jest/globals';
import { crossValidate } from '../../../src/ml/search/cross-validate.ts';
import { gridOf, successiveHalving } from '../../../src/ml/search/successive-halving.ts';

describe('successive halving', () => {
  it('gives more budget to the better half each round, until one is left', async () => {
    const settings = [3, 1, 4, 8, 5, 7, 2, 6];
    const { best, trials } = await successiveHalving(settings, { budget: 1 }, async (s) => s);
    expect(best).toEqual({ setting: 8, budget: 8, score: 8 });
    const byBudget = [1, 2, 4, 8].map((b) =>
      trials.filter((t) => t.budget === b).map((t) => t.setting),
    );
    expect(byBudget).toEqual([settings, [8, 7, 6, 5], [8, 7], [8]]);
  });

  it('drops a setting whose training diverges', async () => {
    const { best } = await successiveHalving(['bad', 'good'], { budget: 1 }, async (s) =>
      s === 'bad' ? Number.NaN : -5,
    );
    expect(best.setting).toBe('good');
  });

  it('keeps one that starts slowly only as far as its scores say', async () => {
    const score = (s: string, budget: number) => (s === 'slow' ? budget : 3);
    const { best } = await successiveHalving(
      ['slow', 'a', 'b', 'c'],
      { budget: 4, eta: 4 },
      async (s, b) => score(s, b),
    );
    expect(best).toEqual({ setting: 'slow', budget: 16, score: 16 });
  });

  it('refuses a search of nothing', async () => {
    await expect(successiveHalving([], { budget: 1 }, async () => 1)).rejects.toThrow(
      /needs a setting/,
    );
  });
});

describe('a grid', () => {
  it('is every combination', () => {
    expect(gridOf({ rate: [1, 2], layers: ['a', 'b'] })).toEqual([
      { rate: 1, layers: 'a' },
      { rate: 1, layers: 'b' },
      { rate: 2, layers: 'a' },
      { rate: 2, layers: 'b' },
    ]);
  });
});

describe('cross-validation', () => {
  it('has the mean and the sample deviation of the folds', async () => {
    const folds = [1, 2, 3, 6].map((n) => ({ train: [], validation: [n] }));
    const { mean, deviation } = await crossValidate(folds, async (fold) => fold.validation[0] ?? 0);
    expect(mean).toBe(3);
    expect(deviation).toBeCloseTo(Math.sqrt(14 / 3), 12);
  });
});
