import { EventEmitter } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { type Runner, run, type WorkerEvents, type WorkerPool } from 'graphile-worker';
import type { Deps } from '../context.ts';
import type { Job } from './define.ts';
import { graphileLogger } from './graphile-logger.ts';
import { keepPresence, type Presence } from './presence.ts';
import { recoverJobs } from './recover.ts';
import { toTask } from './task.ts';

export interface WorkerOptions {
  /** Jobs at a time in this process; 2 when absent. The pool of `deps.db` needs 4 more connections. */
  readonly concurrency?: number;
  /** Between two looks for dead workers, 3 s when absent. A killed job runs again after one to two. */
  readonly recoverEveryMs?: number;
  /** How long `stop` waits for running jobs that ignore their signal; 10 s when absent. */
  readonly graceMs?: number;
}

export interface Worker {
  /** Resolves when it takes jobs for the first time. */
  readonly ready: Promise<void>;
  /** Takes no more jobs, aborts those that run (they go back to the queue) and waits for them. */
  stop(): Promise<void>;
}

/** After the queue or the database broke, and until it is tried again. */
const RESTART_MS = 500;

/**
 * Works off the queue until it is stopped, whatever happens to the database meanwhile.
 * Several workers, in any number of processes, share a queue safely.
 */
export function startWorker(deps: Deps, jobs: readonly Job[], options: WorkerOptions = {}): Worker {
  const stopping = new AbortController();
  const presence = keepPresence(deps);
  let markReady = () => {};
  const ready = new Promise<void>((resolve) => {
    markReady = resolve;
  });
  const settings = { deps, jobs, options, stopping: stopping.signal, presence, markReady };
  const loops = [keepRunning(settings), keepRecovering(settings)];
  return {
    ready,
    async stop() {
      stopping.abort();
      await Promise.all(loops);
      await presence.close();
    },
  };
}

interface Settings {
  readonly deps: Deps;
  readonly jobs: readonly Job[];
  readonly options: WorkerOptions;
  readonly stopping: AbortSignal;
  readonly presence: Presence;
  markReady(): void;
}

/** graphile-worker ends when it could not write an outcome down; then another one takes its place. */
async function keepRunning(settings: Settings): Promise<void> {
  const { deps, stopping } = settings;
  while (!stopping.aborted) {
    await runOnce(settings).catch((error: Error) =>
      deps.log.warn({ err: error }, 'the worker ended, starting another'),
    );
    await pauseUnless(stopping, RESTART_MS);
  }
}

async function runOnce({ deps, jobs, options, stopping, presence, markReady }: Settings) {
  const events: WorkerEvents = new EventEmitter();
  let pool: WorkerPool | undefined;
  events.on('pool:create', ({ workerPool }) => {
    pool = workerPool;
  });
  const runner = await run({
    pgPool: deps.db.pool,
    taskList: Object.fromEntries(jobs.map((job) => [job.name, toTask(deps, job, stopping)])),
    parsedCronItems: [],
    concurrency: options.concurrency ?? 2,
    noHandleSignals: true,
    logger: graphileLogger(deps.log),
    events,
    // Without a batch, an outcome that cannot be written is an unhandled rejection.
    preset: { worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 } },
  });
  if (pool) await presence.hold(pool.id);
  markReady();
  const stop = () => void end(runner, pool, options.graceMs ?? 10_000);
  if (stopping.aborted) stop();
  else stopping.addEventListener('abort', stop, { once: true });
  await runner.promise.finally(() => stopping.removeEventListener('abort', stop));
}

/** Lets running jobs come to their end for a while, then leaves them to whoever comes next. */
async function end(runner: Runner, pool: WorkerPool | undefined, graceMs: number): Promise<void> {
  const over = new AbortController();
  const stopped = runner.stop().catch(() => {});
  const late = pauseUnless(over.signal, graceMs).then(async () => {
    if (over.signal.aborted) return;
    await Promise.resolve(pool?.forcefulShutdown('The worker had to stop.')).catch(() => {});
  });
  await Promise.race([stopped, late]);
  over.abort();
}

async function keepRecovering({ deps, options, stopping }: Settings): Promise<void> {
  let suspects = new Set<string>();
  while (!stopping.aborted) {
    suspects = await recoverJobs(deps.db, suspects).catch((error: Error) => {
      deps.log.debug({ err: error }, 'no look for dead workers this time');
      return new Set<string>();
    });
    await pauseUnless(stopping, options.recoverEveryMs ?? 3_000);
  }
}

const pauseUnless = (signal: AbortSignal, milliseconds: number) =>
  pause(milliseconds, undefined, { signal }).catch(() => {});
