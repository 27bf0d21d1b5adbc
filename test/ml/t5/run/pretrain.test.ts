import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createContext } from '../../../../src/ml/run/context.ts';
import type { Metrics } from '../../../../src/ml/run/messages.ts';
import { runTraining } from '../../../../src/ml/run/run.ts';
import type { TrainingRow, TrainingSpec } from '../../../../src/ml/run/spec.ts';
import { loadT5Base } from '../../../../src/ml/t5/run/base.ts';
import { readSafetensors } from '../../../../src/ml/weights/safetensors.ts';
import { quick, rows, spec, writeBase } from './world.ts';

let base: string;
beforeAll(async () => {
  base = await writeBase();
});
afterAll(() => rm(base, { recursive: true, force: true }));

/** A run's folder, as the server writes it. */
async function folderOf(name: string, own: TrainingSpec, data: readonly TrainingRow[]) {
  const folder = join(base, name);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'spec.json'), JSON.stringify(own));
  await writeFile(join(folder, 'rows.jsonl'), data.map((row) => JSON.stringify(row)).join('\n'));
  return folder;
}

/** @param steps after which the run is stopped */
async function run(folder: string, steps = Number.POSITIVE_INFINITY) {
  const stop = new AbortController();
  const context = createContext({
    ...{ engine: 'onnx', threads: 1, folder, signal: stop.signal, elapsed: () => 0 },
    report: () => undefined,
  });
  const progress: typeof context.progress = () => ({
    onStep: (at) => {
      if (at.step === steps) stop.abort(new Error('stopped'));
    },
    end: () => undefined,
  });
  return runTraining({ ...context, progress }, folder);
}

describe('a training folder whose base is a T5', () => {
  it('goes on pre-training on the texts of the rows, and leaves a base', async () => {
    const own = spec(base, { ...quick, epochs: 2 });
    const pretrain = { ...own, task: { kind: 'PRETRAIN' as const, labels: [], name: 'texts' } };
    const folder = await folderOf('pretrain', pretrain, rows(300, 1));
    const result = await run(folder);
    const before = result.baselines.base as Metrics;
    expect(result.metrics.loss).toBeLessThan((before.loss as number) / 2);
    expect(result.winner).toBe('model');
    const { weights } = await loadT5Base(join(folder, 'model'));
    const old = await readSafetensors(join(base, 'model.safetensors'));
    expect(weights.get('shared.weight')?.data).not.toEqual(old.get('shared.weight')?.data);
  }, 300_000);

  it('learns to answer by low-rank updates, stopped and resumed as if never stopped', async () => {
    const own = spec(base, { ...quick, epochs: 1, variant: 'lora', checkpointSteps: 4 });
    const weightsOf = async (folder: string) =>
      readSafetensors(join(folder, 'model', 'model.safetensors'));
    const whole = await folderOf('whole', own, rows(300, 2));
    await run(whole);
    const parts = await folderOf('parts', own, rows(300, 2));
    await expect(run(parts, 6)).rejects.toThrow('stopped');
    await run(parts);
    expect(await weightsOf(parts)).toEqual(await weightsOf(whole));

    const old = await readSafetensors(join(base, 'model.safetensors'));
    const changed = [...(await weightsOf(whole))].filter(
      ([name, { data }]) => !data.every((value, i) => value === old.get(name)?.data[i]),
    );
    expect(changed.map(([name]) => name)).toHaveLength(6);
    for (const [name] of changed) expect(name).toMatch(/Attention\.[qv]\.weight$/);
    const saved = JSON.parse(await readFile(join(whole, 'result.json'), 'utf8'));
    expect(saved.decidedBy).toBe('accuracy');
  }, 300_000);
});
