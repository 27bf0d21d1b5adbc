import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import sql from 'sql-template-tag';
import { z } from 'zod';
import { deadJobs } from '../../src/features/jobs/read.ts';
import { retryJob } from '../../src/features/jobs/retry.ts';
import { defineJob, type JobHelpers } from '../../src/jobs/define.ts';
import { enqueue } from '../../src/jobs/queue.ts';
import { startRun } from '../../src/jobs/transitions.ts';
import { makeWorld, signpost, tester, type World } from './world.ts';

let world: World;

beforeEach(async () => {
  world = await makeWorld();
});
afterEach(() => world.end());

const job = (run: (helpers: JobHelpers) => Promise<void>, maxAttempts = 5) =>
  defineJob({
    name: 'work',
    payload: z.object({}),
    maxAttempts,
    run: (_, helpers) => run(helpers),
  });

const isDone = ({ state }: { state: string }) => state === 'DONE';

describe('startWorker', () => {
  it('runs a job and shows its progress and its end', async () => {
    const halfway = signpost();
    const work = job(async ({ progress }) => {
      await progress(0.5);
      await halfway.reached;
    });
    await world.work([work]);
    const { id } = await enqueue(world.db, work, {});
    const half = await world.until(id, ({ progress }) => progress === 0.5);
    expect(half).toMatchObject({ state: 'RUNNING', attempts: 1, finishedAt: null });
    halfway.reach();
    const done = await world.until(id, isDone);
    expect(done).toMatchObject({ progress: 1, error: null });
    expect(done.finishedAt).toBeInstanceOf(Date);
    expect(await leftInQueue()).toBe(0);
  });

  it('shows why a job failed, runs it again later and forgets the error', async () => {
    const attempts: number[] = [];
    const work = job(async ({ attempt }) => {
      attempts.push(attempt);
      if (attempt === 1) throw new Error('the shop was shut');
    });
    await world.work([work]);
    const { id } = await enqueue(world.db, work, {});
    const failed = await world.until(id, ({ error }) => error !== null);
    expect(failed).toMatchObject({ state: 'QUEUED', error: 'the shop was shut', attempts: 1 });
    await untilUnlocked(id);
    expect(await secondsToNextAttempt(id)).toBeGreaterThan(1);
    await world.hurry(id);
    expect(await world.until(id, isDone)).toMatchObject({ error: null, attempts: 2 });
    expect(attempts).toEqual([1, 2]);
  });

  it('keeps a job that failed for good in sight until it is retried', async () => {
    let broken = true;
    const work = job(async () => {
      if (broken) throw new Error('no such model\0');
    }, 1);
    await world.work([work]);
    const { id } = await enqueue(world.db, work, {});
    await world.until(id, ({ state }) => state === 'FAILED');
    expect(await deadJobs(world, tester)).toMatchObject([{ id, error: 'no such model' }]);
    await untilUnlocked(id);
    broken = false;
    expect(await retryJob(world, tester, id)).toMatchObject({ state: 'QUEUED', error: null });
    await world.until(id, isDone);
    expect(await deadJobs(world, tester)).toEqual([]);
    await expect(retryJob(world, tester, id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('gives a running job back at once when it stops, without counting the start', async () => {
    const started = signpost();
    const stopped = job(async ({ signal }) => {
      started.reach();
      await new Promise((_, reject) =>
        signal.addEventListener('abort', () => reject(signal.reason)),
      );
    }, 1);
    const worker = await world.work([stopped]);
    const { id } = await enqueue(world.db, stopped, {});
    await started.reached;
    await worker.stop();
    const [entry] = await world.db.query(
      sql`select attempts, max_attempts, locked_by from graphile_worker.jobs where key = ${id}`,
    );
    expect(entry).toEqual({ attempts: 0, max_attempts: 1, locked_by: null });
    await world.work([job(async () => {}, 1)]);
    expect(await world.until(id, isDone)).toMatchObject({ attempts: 2 });
    expect(await leftInQueue()).toBe(0);
  });

  it('does not wait for ever for a job that ignores its signal; the job runs again', async () => {
    const [started, goOn] = [signpost(), signpost()];
    const deaf = job(async () => {
      started.reach();
      await goOn.reached;
    });
    const worker = await world.work([deaf], { graceMs: 1 });
    const { id } = await enqueue(world.db, deaf, {});
    await started.reached;
    await worker.stop();
    expect(await lockedEntries(id)).toBe(0);
    await world.hurry(id);
    await world.work([job(async () => {})]);
    expect(await world.until(id, isDone)).toMatchObject({ attempts: 2 });
    goOn.reach();
  });

  it('shares a queue between workers without running a job twice', async () => {
    const ran: string[] = [];
    const work = job(async ({ jobRunId }) => {
      ran.push(jobRunId);
    });
    await Promise.all([world.work([work]), world.work([work], { concurrency: 3 })]);
    const runs = await Promise.all(Array.from({ length: 40 }, () => enqueue(world.db, work, {})));
    await Promise.all(runs.map(({ id }) => world.until(id, isDone)));
    expect(ran.toSorted()).toEqual(runs.map(({ id }) => id).toSorted());
  });

  it('keeps nothing of an attempt that another worker has taken over', async () => {
    await world.db.query(sql`create table effect (job text)`);
    const refused = signpost<unknown>();
    const work = job(async ({ finish, jobRunId, attempt }) => {
      if (attempt > 1) return;
      await startRun(world.db, jobRunId);
      const effect = finish((tx) => tx.query(sql`insert into effect values (${jobRunId})`));
      await effect.catch(refused.reach);
      await effect;
    });
    await world.work([work]);
    const { id } = await enqueue(world.db, work, {});
    expect(String(await refused.reached)).toContain('taken this job over');
    expect(await world.db.query(sql`select * from effect`)).toEqual([]);
    await untilUnlocked(id);
    await world.hurry(id);
    expect(await world.until(id, isDone)).toMatchObject({ attempts: 3 });
  });
});

async function leftInQueue(): Promise<number> {
  // The queue hears of an outcome right after the run does.
  for (;;) {
    const [row] = await world.db.query<{ locked: number; entries: number }>(
      sql`select count(locked_by)::int as locked, count(*)::int as entries from graphile_worker.jobs`,
    );
    if (!row || row.locked === 0) return row?.entries ?? 0;
  }
}

async function lockedEntries(id: string): Promise<number> {
  const rows = await world.db.query(
    sql`select from graphile_worker.jobs where key = ${id} and locked_by is not null`,
  );
  return rows.length;
}

async function untilUnlocked(id: string): Promise<void> {
  while ((await lockedEntries(id)) > 0);
}

async function secondsToNextAttempt(id: string): Promise<number> {
  const [row] = await world.db.query<{ seconds: number }>(sql`
    select extract(epoch from run_at - now())::float as seconds
    from graphile_worker.jobs where key = ${id}`);
  return row?.seconds ?? 0;
}
