import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Candidate } from '../../eval/candidates.ts';
import { type Kept, keeping } from '../../eval/kept-predictions.ts';
import type { EvalData, EvalRows } from '../../eval/set.ts';

const row = (text: string) => ({ id: text, group: text, at: '2026-01-01', text, label: 'a' });
const rowsOf = (text: string): EvalRows => ({ train: [row(text)], validation: [], test: [] });
const dataOf = (rows: EvalRows): EvalData => ({
  task: { kind: 'CLASSIFY', labels: ['a', 'b'], features: [] },
  draws: [rows],
});

describe('an evaluation that is made again', () => {
  let folder: string;
  let trained = 0;
  const candidate: Candidate = {
    name: 'counting',
    baseline: false,
    suits: () => true,
    predict: async () => {
      trained += 1;
      return { validation: [[0.25, 0.75]], test: [[1 / 3, 2 / 3]] };
    },
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cameo-kept-'));
    await writeFile(join(folder, 'weights'), 'first');
  });
  afterAll(() => rm(folder, { recursive: true }));

  /** How often the candidate is trained for `rows` by such settings. */
  async function trainings(rows: EvalRows, changes: Partial<Kept> = {}): Promise<number> {
    const before = trained;
    const kept = keeping(candidate, {
      ...{ settings: { epochs: 1 }, start: () => join(folder, 'weights'), again: () => false },
      ...{ folder: join(folder, 'predictions'), ...changes },
    });
    const predicted = await kept.predict(dataOf(rows), rows);
    expect(predicted).toEqual({ validation: [[0.25, 0.75]], test: [[1 / 3, 2 / 3]] });
    return trained - before;
  }

  it('trains a candidate once for the same rows, settings and first weights', async () => {
    expect(await trainings(rowsOf('x'))).toBe(1);
    expect(await trainings(rowsOf('x'))).toBe(0);
    expect(await trainings(rowsOf('y'))).toBe(1);
    expect(await trainings(rowsOf('x'), { settings: { epochs: 2 } })).toBe(1);
    expect(await trainings(rowsOf('x'), { again: () => true })).toBe(1);
    await writeFile(join(folder, 'weights'), 'second');
    expect(await trainings(rowsOf('x'))).toBe(1);
  });
});
