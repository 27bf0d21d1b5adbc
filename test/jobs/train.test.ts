import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
  jest,
} from '@jest/globals';
import sql from 'sql-template-tag';
import { CameoError } from '../../src/errors.ts';
import { trainingRunCancel } from '../../src/features/models/cancel.ts';
import { curvesOf } from '../../src/features/models/curve.ts';
import { modelByName } from '../../src/features/models/model.ts';
import type { TrainingRunRow } from '../../src/features/models/run.ts';
import { runUpdates } from '../../src/features/models/run-updates.ts';
import { versionById } from '../../src/features/models/version.ts';
import { createTrain } from '../../src/jobs/train.ts';
import type { Worker } from '../../src/jobs/worker.ts';
import { type ModelWorld, makeModelWorld, readRun } from '../features/models/world.ts';
import { tester } from './world.ts';

// Processes are started and killed here, up to five in a test: that takes a busy machine a while.
jest.setTimeout(120_000);

let world: ModelWorld;
let worker: Worker;
beforeAll(async () => {
  world = await makeModelWorld();
  for (let each = 0; each < 4; each += 1) {
    await world.author(`lovely thing ${each}`, 'good');
    await world.author(`awful thing ${each}`, 'bad');
  }
});
afterAll(() => world.end());
beforeEach(async () => {
  worker = await world.work([world.jobs.train, world.jobs.refresh]);
});
afterEach(() => worker.stop());

/** The run, once it has taken a step. */
async function stepped(id: string, step: number): Promise<TrainingRunRow> {
  for await (const run of runUpdates(world, world.hub, tester, id))
    if (run.step === step) return run;
  throw new Error('it ended before');
}

/** Starts the next attempt of a job as soon as this one has failed, without its backoff. */
async function again(jobRunId: string, attempt: number): Promise<void> {
  await world.until(jobRunId, (job) => job.attempts === attempt && job.state === 'QUEUED');
  // The queue's own entry fails a moment after the run.
  for (let attempts = attempt; attempts === attempt; ) {
    await world.hurry(jobRunId);
    ({ attempts } = await world.until(jobRunId, () => true));
  }
}

const activeOf = async (name: string) => {
  const model = await modelByName(world.db, tester, name);
  return model?.activeVersionId ?? null;
};

describe('a training', () => {
  it('goes from its rows to an active version that says what it was made of', async () => {
    const queued = await world.train({ hyperparameters: { accuracy: 0.75 }, seed: 7 });
    // A worker that is quick may have begun by now.
    expect(['QUEUED', 'RUNNING']).toContain(queued.state);
    expect(queued).toMatchObject({ trigger: 'request', finishedAt: null });
    const run = await world.ended(queued.id);
    expect(run).toMatchObject({
      ...{ state: 'DONE', step: 8, steps: 8, loss: 1 / 8, error: null, refused: null, eta: null },
      metrics: { accuracy: 0.75 },
      decision: 'Promoted: the model (0.7500) won by accuracy against majority (0.5000).',
    });
    const version = await versionById(world.db, tester, run.versionId ?? 0);
    expect(version).toMatchObject({
      ...{ number: 1, active: true, status: 'ACTIVE', parentId: null, dataHash: '8' },
      ...{ winner: 'model', decidedBy: 'accuracy', codeVersion: 'test', featureService: null },
      rows: { train: 8, validation: 0, test: 0 },
      hyperparameters: { accuracy: 0.75 },
      spec: { task: { kind: 'CLASSIFY', labels: ['bad', 'good'], name: 'mood' }, seed: 7 },
    });
    const folder = await world.artefacts.open(version?.artefact ?? '');
    expect(JSON.parse(readFileSync(join(folder, 'words.json'), 'utf8'))).toEqual({
      words: { lovely: 'good', awful: 'bad' },
    });
    const [curve] = await curvesOf(world.db, [run.id]);
    expect(curve).toEqual(
      [1, 2, 3, 4, 5, 6, 7, 8].map((step) => ({
        ...{ runId: run.id, step, split: 'train', metric: 'loss' },
        value: 1 / step,
      })),
    );
    await worker.stop();
    expect(readdirSync(join(world.home, 'runs'))).toEqual([]);
  });

  it('that a baseline has beaten leaves the active version alone and says who won', async () => {
    const before = await activeOf('mood');
    const { id } = await world.train({ hyperparameters: { winner: 'majority', accuracy: 0.4 } });
    const run = await world.ended(id);
    expect(run.state).toBe('DONE');
    expect(run.decision).toBe(
      'Kept as a candidate: majority (0.5000) did better by accuracy than the model (0.4000).',
    );
    expect(await activeOf('mood')).toBe(before);
    expect(await versionById(world.db, tester, run.versionId ?? 0)).toMatchObject({
      ...{ number: 2, status: 'CANDIDATE', winner: 'majority' },
      baselines: { majority: { accuracy: 0.5 }, active: { accuracy: 0.8 } },
    });
  });

  it('that continues from a version has it as its parent and starts from its files', async () => {
    const parent = (await activeOf('mood')) ?? 0;
    const { id } = await world.train({ from: parent });
    const run = await world.ended(id);
    const [first, next] = await Promise.all(
      [parent, run.versionId ?? 0].map((version) => versionById(world.db, tester, version)),
    );
    expect(next?.parentId).toBe(parent);
    expect(next?.spec.base).toBe(join(world.home, 'artefacts', first?.artefact ?? ''));
  });

  it('of rows that say too little is refused with the reason', async () => {
    await world.author('dull thing', 'same', 'finance');
    const before = await activeOf('mood');
    const { id } = await world.train({ name: 'dull', domain: 'finance' });
    expect(await world.ended(id)).toMatchObject({
      ...{ state: 'FAILED', refused: 'All rows have the same label.', versionId: null },
      error: 'All rows have the same label.',
    });
    expect(await activeOf('dull')).toBeNull();
    expect(await activeOf('mood')).toBe(before);
  });

  it('that fails says why and is not tried again', async () => {
    const before = await activeOf('mood');
    const { id } = await world.train({ hyperparameters: { fail: 'The loss became NaN.' } });
    const run = await world.ended(id);
    expect(run).toMatchObject({ state: 'FAILED', error: 'The loss became NaN.', refused: null });
    const job = await world.until(run.jobRunId ?? '', ({ state }) => state === 'DONE');
    expect(job.attempts).toBe(1);
    expect(await activeOf('mood')).toBe(before);
    await worker.stop();
    expect(existsSync(join(world.home, 'runs', id))).toBe(false);
  });
});

describe('a training process that is killed with -9', () => {
  it('is started again and goes on from its checkpoint', async () => {
    const { id, jobRunId } = await world.train({ hyperparameters: { dieAt: 5 } });
    const failed = await world.until(jobRunId ?? '', ({ attempts, error }) =>
      Boolean(attempts === 1 && error),
    );
    expect(failed.error).toContain('ended without a result (signal SIGKILL)');
    expect(await readRun(world, id)).toMatchObject({ state: 'QUEUED', step: 5, finishedAt: null });
    await again(jobRunId ?? '', 1);
    const run = await world.ended(id);
    expect(run).toMatchObject({ state: 'DONE', step: 8, error: null });
    expect(run.metrics).toMatchObject({ starts: [0, 5] });
  });

  it('every time fails its run for good, and the model can be trained anew', async () => {
    const { id, jobRunId } = await world.train({ hyperparameters: { alwaysDieAt: 2 } });
    for (let attempt = 1; attempt < 5; attempt += 1) await again(jobRunId ?? '', attempt);
    const run = await world.ended(id);
    expect(run.state).toBe('FAILED');
    expect(run.error).toContain('signal SIGKILL');
    const { id: next } = await world.train();
    expect((await world.ended(next)).state).toBe('DONE');
    // What the other one read is written down now.
    const [row] = await world.db.query(
      sql`select state, under_way from training_run where id = ${id}::uuid`,
    );
    expect(row).toEqual({ state: 'FAILED', under_way: null });
  });
});

describe('a cancelled run', () => {
  it('that is under way ends, its process too', async () => {
    const { id } = await world.train({ hyperparameters: { stopAt: 3 } });
    await stepped(id, 3);
    const { pid } = JSON.parse(readFileSync(join(world.home, 'runs', id, 'process.json'), 'utf8'));
    await trainingRunCancel(world, { ...tester, id: 'key:7' }, id);
    expect(await world.ended(id)).toMatchObject({
      ...{ state: 'FAILED', error: 'Cancelled by key:7.', cancelledBy: 'key:7', refused: null },
    });
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
    await expect(trainingRunCancel(world, tester, id)).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  it('that waits ends at once, and nothing is trained', async () => {
    await worker.stop();
    const { id } = await world.train();
    expect(await trainingRunCancel(world, tester, id)).toMatchObject({
      ...{ state: 'FAILED', error: 'Cancelled by test.' },
    });
    worker = await world.work([world.jobs.train]);
    const run = await readRun(world, id);
    await world.until(run.jobRunId ?? '', ({ state }) => state === 'DONE');
    expect(await readRun(world, id)).toMatchObject({ state: 'FAILED', step: null });
  });
});

describe('a disk without room for the model', () => {
  it('fails the attempt; the next one publishes what was trained, and trains nothing anew', async () => {
    await worker.stop();
    let full = true;
    const publish = async (folder: string) => {
      if (!full) return world.artefacts.publish(folder);
      full = false;
      throw new CameoError('UNAVAILABLE', 'There is no room left on the disk.');
    };
    const before = await activeOf('mood');
    const cramped = createTrain({ ...world, artefacts: { ...world.artefacts, publish } });
    worker = await world.work([cramped]);
    const { id, jobRunId } = await world.train();
    const job = await world.until(jobRunId ?? '', ({ error }) => error !== null);
    expect(job.error).toBe('There is no room left on the disk.');
    expect(await activeOf('mood')).toBe(before);
    await again(jobRunId ?? '', 1);
    const run = await world.ended(id);
    expect(run).toMatchObject({ state: 'DONE', metrics: { starts: [0] } });
    expect(await activeOf('mood')).toBe(run.versionId);
  });
});

describe('a training that takes too long', () => {
  it('is ended and fails', async () => {
    await worker.stop();
    const hasty = createTrain({ ...world, trainer: { ...world.trainer, timeoutMs: 1 } });
    worker = await world.work([hasty]);
    const { id } = await world.train({ hyperparameters: { stopAt: 0 } });
    expect(await world.ended(id)).toMatchObject({
      ...{ state: 'FAILED', error: 'It took longer than 0 minutes and was ended.' },
    });
  });
});

describe('a worker that stops', () => {
  it('gives its run back, and the next one goes on from the checkpoint', async () => {
    const { id } = await world.train({ hyperparameters: { stopAt: 4 } });
    await stepped(id, 4);
    await worker.stop();
    expect(await readRun(world, id)).toMatchObject({ state: 'QUEUED', error: null });
    const { pid } = JSON.parse(readFileSync(join(world.home, 'runs', id, 'process.json'), 'utf8'));
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
    worker = await world.work([world.jobs.train]);
    const run = await world.ended(id);
    expect(run).toMatchObject({ state: 'DONE', step: 8 });
    expect(run.metrics).toMatchObject({ starts: [0, 4] });
  });
});
