import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, jest } from '@jest/globals';
import type { RunMessage } from '../../../src/ml/run/messages.ts';
import type { TrainingRow, TrainingSpec } from '../../../src/ml/run/spec.ts';
import { openServedModel } from '../../../src/ml/serve/served-model.ts';
import { readSafetensors, writeSafetensors } from '../../../src/ml/weights/safetensors.ts';
import {
  keepRuns,
  readResult,
  rowsOf,
  runChild,
  specOf,
  topicRows,
} from '../../helpers/training-runs.ts';

jest.setTimeout(240_000);

const runs = keepRuns();

const last = (messages: readonly RunMessage[]): RunMessage => messages.at(-1) as RunMessage;
const small = { epochs: 3, batchSize: 16, learningRate: 3e-3, headRate: 1, checkpointSteps: 3 };
const spec = () => specOf(runs.base, { hyperparameters: small });
const rows = topicRows(600);
const weightsOf = (folder: string) => readSafetensors(join(folder, 'model', 'model.safetensors'));

describe('a training process', () => {
  it('trains, measures, and leaves a model that is served as it was measured', async () => {
    const all = specOf(runs.base);
    const hyperparameters = { ...all.hyperparameters, patience: 0 };
    const folder = await runs.add({ ...all, hyperparameters }, rows);
    const { code, messages } = await runChild(folder);
    expect(code).toBe(0);
    const end = last(messages);
    expect(end).toEqual({ type: 'done', result: await readResult(folder) });
    const { metrics, baselines, rows: counts } = await readResult(folder);
    expect(counts).toEqual({ train: 360, validation: 120, test: 120 });
    expect(metrics.accuracy).toBeGreaterThanOrEqual(0.95);
    expect(Object.keys(baselines)).toEqual(['tfidf-linear']);
    const points = messages.flatMap((message) => (message.type === 'curve' ? message.points : []));
    const steps = points.filter(({ split }) => split === 'train').map(({ step }) => step);
    expect(steps).toEqual(Array.from({ length: 6 * Math.ceil(360 / 16) }, (_, i) => i + 1));
    expect(points.filter(({ split }) => split === 'validation').length).toBeGreaterThan(0);
    const served = await openServedModel(join(folder, 'model'), { threads: 1 });
    const test = rows.slice(480);
    const predictions = await served.predict(test, 0);
    const hits = predictions.filter(({ value }, i) => value === test[i]?.label).length;
    expect(hits / test.length).toBeCloseTo(metrics.accuracy as number, 2);
    await served.close();
  });

  it('gives the same weights bit for bit for the same seed, and others for another', async () => {
    const [a, b, c] = [
      await runs.add(spec(), rows),
      await runs.add(spec(), rows),
      await runs.add({ ...spec(), seed: 4 }, rows),
    ];
    for (const folder of [a, b, c]) await runChild(folder);
    expect(await weightsOf(a)).toEqual(await weightsOf(b));
    expect(await weightsOf(a)).not.toEqual(await weightsOf(c));
  });

  it('killed at any moment and started again, it ends with the same weights', async () => {
    const [whole, killed] = [await runs.add(spec(), rows), await runs.add(spec(), rows)];
    await runChild(whole);
    // After the first checkpoint, by a number of messages drawn by chance: anywhere in the run.
    for (let kills = 0; kills < 2; kills++) {
      let left = 1 + Math.floor(Math.random() * 6);
      const { signal } = await runChild(killed, (message, kill) => {
        if (message.type === 'progress' && left-- === 0) kill('SIGKILL');
      });
      expect([null, 'SIGKILL']).toContain(signal);
    }
    const { code } = await runChild(killed);
    expect(code).toBe(0);
    expect(await weightsOf(killed)).toEqual(await weightsOf(whole));
    expect((await readResult(killed)).metrics).toEqual((await readResult(whole)).metrics);
  });

  it('stops at SIGTERM after a checkpoint, and goes on from there', async () => {
    const often = { ...spec(), hyperparameters: { ...small, checkpointSteps: 10_000 } };
    const [whole, stopped] = [await runs.add(often, rows), await runs.add(often, rows)];
    await runChild(whole);
    let seen = false;
    const { code } = await runChild(stopped, (message, kill) => {
      if (message.type === 'progress' && !seen) kill('SIGTERM');
      seen ||= message.type === 'progress';
    });
    expect(code).toBe(143);
    const saved = await readFile(join(stopped, 'checkpoint', 'train', 'progress.json'), 'utf8');
    const { step } = JSON.parse(saved);
    expect(step).toBeGreaterThan(0);
    const { messages } = await runChild(stopped);
    const first = messages.find(({ type }) => type === 'progress') as { step: number };
    expect(first.step).toBeGreaterThan(step);
    expect(await weightsOf(stopped)).toEqual(await weightsOf(whole));
  });
});

describe('a run is refused', () => {
  const refusal = async (changes: Partial<TrainingSpec>, own: readonly TrainingRow[]) => {
    const folder = await runs.add({ ...spec(), ...changes }, own);
    const { messages } = await runChild(folder);
    expect(messages).toHaveLength(1);
    return last(messages);
  };

  it('with one class only', async () => {
    const one = rows.map((row) => ({ ...row, label: 'refund' }));
    expect(await refusal({}, one)).toEqual({
      type: 'refused',
      reason: expect.stringContaining('"refund"'),
    });
  });

  it('with fewer than 100 rows of a class', async () => {
    expect(await refusal({}, rows.slice(0, 250))).toEqual({
      type: 'refused',
      reason: expect.stringMatching(/"refund" has 84/),
    });
  });

  it('with a label outside the set, and the row is named', async () => {
    const odd = rows.with(7, { ...(rows[7] as TrainingRow), label: 'weather' });
    expect(await refusal({}, odd)).toEqual({
      type: 'refused',
      reason: expect.stringMatching(/Row r7 .*"weather"/),
    });
  });

  it('with a feature that is not a finite number, and row and feature are named', async () => {
    const table = rowsOf(600, (random, row) => ({
      features: [row === 9 ? 'NaN' : random()],
      label: row % 2 ? 'refund' : 'parcel',
    }));
    const task = { kind: 'CLASSIFY' as const, labels: ['refund', 'parcel'], name: 't' };
    const features = [{ name: 'spend', kind: 'number' as const }];
    expect(await refusal({ task, text: 'NONE', features }, table)).toEqual({
      type: 'refused',
      reason: expect.stringMatching(/Row r9, feature "spend"/),
    });
  });

  it('with an unknown hyper-parameter, and the nearest known one is named', async () => {
    expect(await refusal({ hyperparameters: { learninRate: 1 } }, rows)).toEqual({
      type: 'refused',
      reason: expect.stringContaining('did you mean "learningRate"?'),
    });
  });
});

describe('a run fails, and says why', () => {
  const failure = async (prepare: (folder: string) => Promise<void>, changes = {}) => {
    const folder = await runs.add({ ...spec(), ...changes }, rows);
    await prepare(folder);
    const { code, messages } = await runChild(folder);
    expect(code).toBe(1);
    return last(messages);
  };

  it('when the weights of the base are cut off', async () => {
    const broken = await runs.addBase();
    const path = join(broken, 'model.safetensors');
    await writeFile(path, (await readFile(path)).subarray(0, 20_000));
    expect(await failure(async () => {}, { base: broken })).toEqual({
      type: 'failed',
      message: expect.stringContaining('cut off or damaged'),
    });
  });

  it('when the checkpoint is of another shape', async () => {
    const message = await failure(async (folder) => {
      const place = join(folder, 'checkpoint', 'train');
      await mkdir(place, { recursive: true });
      await writeFile(join(place, 'progress.json'), '{"step":3,"extra":{}}');
      const other = new Map([['classifier.bias', { shape: [9], data: new Float32Array(9) }]]);
      await writeSafetensors(join(place, 'state.safetensors'), other);
    });
    expect(message).toEqual({
      type: 'failed',
      message: expect.stringContaining('is of another model'),
    });
  });

  it('when the disk does not take a checkpoint', async () => {
    const message = await failure((folder) => writeFile(join(folder, 'checkpoint'), ''));
    expect(message).toEqual({
      type: 'failed',
      message: expect.stringContaining('checkpoint'),
    });
  });
});
