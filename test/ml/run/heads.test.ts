import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { createContext } from '../../../src/ml/run/context.ts';
import { runTraining } from '../../../src/ml/run/run.ts';
import type { TrainingRow } from '../../../src/ml/run/spec.ts';
import { openServedModel } from '../../../src/ml/serve/served-model.ts';
import { keepRuns, rowsOf, sentenceWith, specOf, topicRows } from '../../helpers/training-runs.ts';

const runs = keepRuns();
const settings = { epochs: 8, batchSize: 16, learningRate: 3e-3, headRate: 1, layerDecay: 1 };

async function run(tasks: readonly object[], files: Record<string, readonly TrainingRow[]>) {
  const hyperparameters = { ...settings, tasks };
  const folder = await runs.add(specOf(runs.base, { hyperparameters }), topicRows(330));
  for (const [name, rows] of Object.entries(files))
    await writeFile(join(folder, name), rows.map((row) => JSON.stringify(row)).join('\n'));
  const context = createContext({
    ...{ engine: 'onnx', threads: 1, folder, elapsed: () => 0, report: () => {} },
  });
  return { result: await runTraining(context, folder), model: join(folder, 'model') };
}

const moods = (count: number) =>
  rowsOf(count, (random, row) => {
    const label = row % 2 ? '好' : '坏';
    return { text: sentenceWith(random, label), label };
  });

describe('a run with further tasks', () => {
  it('measures each beside a baseline of its own, and is served with all of them', async () => {
    const speed = rowsOf(300, (random) => {
      const fast = random() < 0.5;
      return { text: sentenceWith(random, fast ? '快' : 'parcel'), label: fast ? 90 : 10 };
    });
    const { result, model } = await run(
      [
        { name: 'mood of a text', kind: 'CLASSIFY', labels: ['坏', '好'], rows: 'mood.jsonl' },
        { name: 'speed', kind: 'REGRESS', rows: 'speed.jsonl', weight: 0.5 },
      ],
      { 'mood.jsonl': moods(260), 'speed.jsonl': speed },
    );
    expect(result.metrics.accuracy).toBeGreaterThan(0.8);
    const { 'mood of a text': mood, speed: pace } = result.metrics.tasks as Record<
      string,
      Record<string, unknown>
    >;
    // A fifth of the 260 rows, which nobody learns.
    expect(mood).toMatchObject({ rows: 52, baseline: { accuracy: expect.any(Number) } });
    expect(mood?.accuracy).toBeGreaterThan(0.8);
    expect(pace).toMatchObject({ rows: 60, baseline: { rmse: expect.any(Number) } });
    const served = await openServedModel(model, { threads: 1 });
    const read = (text: string) => ({ id: 'x', group: 'x', at: '2026-01-01T00:00:00Z', text });
    const asked = ['red refund 好 blue', 'old red 快 blue warm', 'old red parcel blue warm'];
    const [first, fast, slow] = await served.predict(asked.map(read), 2);
    await served.close();
    expect(first?.value).toBe('refund');
    expect(first?.further).toEqual([
      {
        ...{ task: 'mood of a text', value: '好', reasons: expect.any(Array) },
        ...{ probability: expect.any(Number), uncertainty: expect.any(Number) },
      },
      {
        ...{ task: 'speed', value: expect.any(Number), reasons: expect.any(Array) },
        ...{ probability: null, uncertainty: null },
      },
    ]);
    const [of, than] = [fast, slow].map((each) => Number(each?.further?.[1]?.value));
    expect(of).toBeGreaterThan(than as number);
    // Each task has its own reasons: the word that it was taught by, and nothing of another's.
    const told = [first?.reasons, first?.further?.[0]?.reasons, fast?.further?.[1]?.reasons];
    expect(told.map((reasons) => reasons?.[0]?.text)).toEqual(['refund', '好', '快']);
    expect(told.every((reasons) => (reasons?.[0]?.contribution ?? 0) > 0)).toBe(true);
  }, 600_000);

  it('refuses those of too few rows, twice the same, or beside a bag', async () => {
    const task = { name: 'mood', kind: 'CLASSIFY', labels: ['坏', '好'], rows: 'mood.jsonl' };
    const files = { 'mood.jsonl': moods(180) };
    await expect(run([task], files)).rejects.toThrow(/The task "mood": Each class needs 100/);
    await expect(run([task, task], files)).rejects.toThrow(/each task once/);
  });
});
