import { describe, expect, it } from '@jest/globals';
import { checkHyperparameters } from '../../../src/features/models/hyperparameters.ts';
import { teacherOf, withTeacher } from '../../../src/features/models/teacher.ts';

describe('hyper-parameters', () => {
  it.each([
    {},
    { epochs: 2, learningRate: 1e-3 },
    { lora: { rank: 4, alpha: 8 } },
    { tasks: [{ name: 'mood' }, { name: 'spend next month', kind: 'REGRESS', weight: 0.3 }] },
  ])('%j are good', (values) => {
    expect(checkHyperparameters(values)).toEqual([]);
  });

  it.each<[object, string]>([
    [{ epochs: -1 }, 'epochs'],
    [{ lora: { rank: 0, alpha: 1 } }, 'lora.rank'],
    [{ augment: { noise: 1 } }, 'augment.noise'],
    [{ learningrate: 1e-3 }, 'learningrate'],
    [{ search: { epochs: ['many'] } }, ''],
    [{ tasks: ['mood'] }, 'tasks.0'],
    [{ tasks: [{ name: 'mood', kind: 'SEQUENCE' }] }, 'tasks.0.kind'],
    // Where its rows are is nobody's business but the API's.
    [{ tasks: [{ name: 'mood', rows: '../rows.jsonl' }] }, 'tasks.0'],
    [{ tasks: [{ name: 'mood' }], bag: 2 }, ''],
  ])('%j are wrong at "%s"', (values, place) => {
    const [fault] = checkHyperparameters(values as Record<string, unknown>);
    expect(fault?.path.join('.')).toBe(place);
    expect(fault?.message).not.toBe('');
  });

  it('say for a misspelt name which one may be meant', () => {
    const [fault] = checkHyperparameters({ learningrate: 1e-3 });
    expect(fault?.message).toContain('did you mean "learningRate"?');
  });
});

describe('a teacher', () => {
  it('is named by its version, and taught from its folder', () => {
    const values = { epochs: 1, distill: { teacher: '12', weight: 0.3 } };
    expect(teacherOf(values)).toBe('12');
    expect(withTeacher(values, '/artefacts/ab')).toEqual({
      ...{ epochs: 1, distill: { teacher: '/artefacts/ab', weight: 0.3 } },
    });
    expect(teacherOf({ epochs: 1 })).toBeUndefined();
  });
});
