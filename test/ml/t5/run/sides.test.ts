import { describe, expect, it } from '@jest/globals';
import type { TrainingRow } from '../../../../src/ml/run/spec.ts';
import { courseOf } from '../../../../src/ml/t5/run/course.ts';
import { parseT5Hyperparameters } from '../../../../src/ml/t5/run/hyperparameters.ts';
import { requireSides, sidesOf, splitOf, withShots } from '../../../../src/ml/t5/run/sides.ts';
import { rows, spec } from './world.ts';

const labels = ['low', 'middle', 'high'];
const whole = (count: number) => {
  const all = rows(count, 1);
  return sidesOf(all, splitOf(all, { split: 'time' }, 1));
};
const countOf = (some: readonly TrainingRow[], label: string) =>
  some.filter((row) => row.label === label).length;

describe('shots', () => {
  it.each([1, 5, 20])(
    'are %i rows of each label, and leave the rows to measure by alone',
    (shots) => {
      const sides = whole(300);
      const few = withShots(sides, labels, { shots, seed: 3 });
      for (const label of labels) expect(countOf(few.train, label)).toBe(shots);
      expect(few.validation).toBe(sides.validation);
      expect(few.test).toBe(sides.test);
      expect(withShots(sides, labels, { shots, seed: 3 })).toEqual(few);
      expect(withShots(sides, labels, { shots, seed: 4 }).train).not.toEqual(few.train);
    },
  );

  it('are all rows there are where there are fewer, and rows in all of free text', () => {
    const sides = whole(30);
    expect(withShots(sides, labels, { shots: 50, seed: 1 }).train).toEqual(sides.train);
    expect(withShots(sides, [], { shots: 7, seed: 1 }).train).toHaveLength(7);
    expect(withShots(sides, labels, { seed: 1 })).toBe(sides);
  });
});

describe('the sides', () => {
  it('need rows each, and every label where it is learnt from', () => {
    const sides = whole(30);
    expect(() => requireSides(sides, labels)).not.toThrow();
    expect(() => requireSides({ ...sides, test: [] }, labels)).toThrow(/left for test/);
    const train = sides.train.filter(({ label }) => label !== 'high');
    expect(() => requireSides({ ...sides, train }, labels)).toThrow(/the label "high"/);
  });
});

describe('a further task', () => {
  it.each(['time', 'group'] as const)(
    'learns nothing of whom the run is tested on, split by %s',
    async (split) => {
      // Other times than the main task's: the split by time falls elsewhere.
      const other = rows(200, 2)
        .reverse()
        .map((row, i): TrainingRow => ({ ...row, at: rows(200, 3)[i]?.at ?? '' }));
      const tasks = [{ name: 'other', labels, rows: 'other.jsonl' }];
      const own = parseT5Hyperparameters({ tasks, split });
      const asked = { ...spec('', {}), shots: 20 };
      const { main, further } = await courseOf(asked, rows(200, 1), own, async () => other);
      const held = [...main.sides.validation, ...main.sides.test].map(({ group }) => group);
      const [{ sides } = main] = further;
      expect(sides.train.filter(({ group }) => held.includes(group))).toEqual([]);
      for (const label of labels) {
        expect(countOf(sides.train, label)).toBeGreaterThan(0);
        expect(countOf(sides.train, label)).toBeLessThanOrEqual(20);
      }
    },
  );

  it('is named when it has too few rows', async () => {
    const own = parseT5Hyperparameters({ tasks: [{ name: 'other', labels, rows: 'other.jsonl' }] });
    const course = courseOf(spec('', {}), rows(330, 1), own, async () => rows(30, 2));
    await expect(course).rejects.toThrow(/"other": .*"low" has 10/);
  });
});

describe('the language of prompts', () => {
  it.each([
    ['that of the customers in words', 'auto', 'zh', 'zh'],
    ['that of most texts where no customers are told about', 'auto', undefined, 'en'],
    ['the one that was asked for', 'en', 'zh', 'en'],
  ] as const)('is %s', async (_, asked, told, language) => {
    const own = parseT5Hyperparameters({ language: asked });
    const given = { ...spec('', {}), shots: 20, ...(told && { language: told }) };
    // English words throughout.
    const { main } = await courseOf(given, rows(200, 1), own, async () => []);
    expect(main.options.language).toBe(language);
  });
});
