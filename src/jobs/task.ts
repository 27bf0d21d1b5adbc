import type { Job as GraphileJob, Task } from 'graphile-worker';
import { z } from 'zod';
import type { Deps } from '../context.ts';
import { queueRun } from '../features/jobs/add-run.ts';
import type { Job, JobHelpers } from './define.ts';
import {
  type Attempt,
  markDone,
  markFailed,
  markQueued,
  showProgress,
  startRun,
} from './transitions.ts';

const queued = z.object({ jobRunId: z.uuid() });

/**
 * The job as graphile-worker runs it. What it throws, graphile-worker tries again with backoff
 * (e^attempt seconds) until the attempts are used up.
 * @param stopping aborts when this process wants to end
 */
export function toTask(deps: Deps, job: Job, stopping: AbortSignal): Task {
  return async (payload, { job: entry, abortSignal }) => {
    const { jobRunId } = queued.parse(payload);
    const run = await startRun(deps.db, jobRunId);
    // Its worker died after the work and before the queue heard of it.
    if (!run) return;
    const signal = AbortSignal.any([stopping, abortSignal]);
    const work = startWork(deps, run, signal);
    try {
      await job.perform(run.payload, work.helpers);
      if (!work.finished()) await markDone(deps.db, run);
    } catch (error) {
      if (work.finished()) throw error;
      if (signal.aborted) return requeue(deps, job, run, entry);
      await recordFailure(deps, job, run, entry, error);
      throw error;
    }
  };
}

function startWork(deps: Deps, run: Attempt, signal: AbortSignal) {
  let done = false;
  let shown = 0;
  const helpers: JobHelpers = {
    deps,
    jobRunId: run.id,
    attempt: run.attempts,
    signal,
    async progress(fraction) {
      const next = Math.min(Math.max(fraction, 0), 1);
      if (Math.abs(next - shown) < 0.01) return;
      shown = next;
      await showProgress(deps.db, run, next);
    },
    async finish(effect) {
      await deps.db.transaction(async (tx) => {
        // First, so that whoever takes the run over waits for this transaction, or this one fails.
        await markDone(tx, run);
        await effect(tx);
      });
      done = true;
    },
  };
  return { helpers, finished: () => done };
}

/** A worker that stops gives its job back: another entry in the queue, this start not counted. */
async function requeue(deps: Deps, job: Job, run: Attempt, entry: GraphileJob): Promise<void> {
  await deps.db.transaction(async (tx) => {
    if (!(await markQueued(tx, run))) return;
    const maxAttempts = entry.max_attempts - entry.attempts + 1;
    await queueRun(tx, { id: run.id, name: job.name }, { maxAttempts });
  });
  deps.log.info({ job: job.name, jobRunId: run.id }, 'job given back, as the worker stops');
}

const LONGEST_MESSAGE = 2_000;

async function recordFailure(
  deps: Deps,
  job: Job,
  run: Attempt,
  entry: GraphileJob,
  error: unknown,
): Promise<void> {
  const forGood = entry.attempts >= entry.max_attempts;
  const context = { job: job.name, jobRunId: run.id, attempt: run.attempts, err: error };
  deps.log.error(context, forGood ? 'job failed for good' : 'job failed, it will run again');
  const text = error instanceof Error && error.message ? error.message : String(error);
  // PostgreSQL keeps no NUL in text.
  const message = text.replaceAll('\0', '').slice(0, LONGEST_MESSAGE);
  await markFailed(deps.db, run, { message, forGood });
}
