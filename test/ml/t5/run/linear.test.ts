import { describe, expect, it } from '@jest/globals';
import type { TrainingRow } from '../../../../src/ml/run/spec.ts';
import { baselinesOf } from '../../../../src/ml/t5/run/baselines.ts';
import { bothDomains, fitLinear } from '../../../../src/ml/t5/run/linear.ts';
import type { Source } from '../../../../src/ml/t5/run/source.ts';
import { rows, spec } from './world.ts';

const { name, labels } = spec('', {}).task;
const options = {
  ...{ name, labels, several: false, language: 'en' as const, maxLength: 16, maxTokens: 8 },
};

/** A source that answers the same, unless it is told otherwise. */
function sourceOf(train: readonly TrainingRow[], task: { name?: string; labels?: string[] } = {}) {
  const sides = { train, validation: [], test: [] };
  const own = { kind: 'GENERATE', name, labels, ...task };
  return { options, sides, manifest: { task: own, several: false } } as unknown as Source;
}

/** One row of each label to learn from: half of the words that tell are never seen. */
const few = { train: rows(3, 1), validation: rows(60, 2), test: rows(90, 3) };

describe('linear models of a task', () => {
  it('learn from the source what few rows do not show', async () => {
    const linear = await fitLinear({ options, sides: few }, 1, sourceOf(rows(300, 4)));
    expect(linear?.best).toBe(linear?.both);
    const baselines = baselinesOf({ options, sides: few }, linear);
    expect(baselines['tfidf-linear-both']?.accuracy).toBe(1);
    expect(baselines['tfidf-linear']?.accuracy).toBeLessThan(0.9);
  });

  it('do without a source that says the contrary', async () => {
    const wrong = rows(300, 4).map((row, i) => ({ ...row, label: labels[(i + 1) % 3] as string }));
    const linear = await fitLinear({ options, sides: few }, 1, sourceOf(wrong));
    expect(linear?.both).toBeDefined();
    expect(linear?.best).toBe(linear?.own);
  });

  it('leave a source alone that answers something else', async () => {
    for (const task of [{ name: 'risk' }, { labels: ['low', 'high'] }]) {
      const linear = await fitLinear({ options, sides: few }, 1, sourceOf(rows(30, 4), task));
      expect(linear).toEqual({ own: linear?.own, best: linear?.own });
    }
    expect(await fitLinear({ options: { ...options, labels: [] }, sides: few }, 1)).toBeUndefined();
  });

  it('weigh few rows as much as many', () => {
    const [source, target] = [rows(30, 1), rows(4, 2)];
    expect(bothDomains(source, target)).toHaveLength(30 + 7 * 4);
    expect(bothDomains(source, rows(1, 2))).toHaveLength(30 + 20);
    expect(bothDomains([], target)).toEqual(target);
    expect(bothDomains(source, [])).toEqual(source);
  });
});
