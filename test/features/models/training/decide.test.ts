import { describe, expect, it } from '@jest/globals';
import { decide } from '../../../../src/features/models/training/decide.ts';

const result = (winner: string, baselines: Record<string, Record<string, number>>) => ({
  ...{ winner, baselines, decidedBy: 'f1', metrics: { f1: 0.81 } },
  ...{ dataHash: '', hyperparameters: {}, rows: { train: 0, validation: 0, test: 0 } },
});

describe('a new version', () => {
  it.each([
    ['the first to win', result('model', { tfidf: { f1: 0.7 } }), false, true],
    ['one that beat the active one', result('model', { active: { f1: 0.8 } }), true, true],
    ['one that a baseline beat', result('tfidf', { tfidf: { f1: 0.9 } }), false, false],
    ['one that the active one beat', result('active', { active: { f1: 0.9 } }), true, false],
    ['one not compared with the active one', result('model', { tfidf: { f1: 0.7 } }), true, false],
  ])('%s', (_name, run, hasActive, promoted) => {
    expect(decide(run, hasActive).promote).toBe(promoted);
  });

  it('comes with a sentence that names who won and by what', () => {
    expect(decide(result('active', { active: { f1: 0.9 } }), true).decision).toBe(
      'Kept as a candidate: the active version (0.9000) did better by f1 than the model (0.8100).',
    );
    expect(decide(result('model', { tfidf: { f1: 0.7 } }), true).decision).toBe(
      'Kept as a candidate: the model (0.8100) won by f1 against tfidf (0.7000), but the active version was not judged on these rows.',
    );
  });
});
