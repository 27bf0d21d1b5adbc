import { createTask, type ScheduledTask } from 'node-cron';
import sql from 'sql-template-tag';
import type { Deps } from '../context.ts';
import type { JobRun } from '../features/jobs/run.ts';
import type { Job } from './define.ts';
import { enqueue } from './queue.ts';

/** When a job is queued; the work itself is the worker's. */
export interface Schedule<Input = unknown> {
  readonly job: Job<Input>;
  readonly payload: Input;
  /** Five or six cron fields, in UTC. */
  readonly cron: string;
  /** Asked at each tick; false: there is nothing to do, and no run is made. */
  readonly when?: (deps: Deps) => Promise<boolean>;
}

export interface Schedules {
  stop(): Promise<void>;
}

/** Starts the schedules. Any number of processes may: a tick makes one run. */
export function startSchedules(deps: Deps, schedules: readonly Schedule[]): Schedules {
  const quiet = { info() {}, debug() {}, warn: deps.log.debug.bind(deps.log), error: () => {} };
  const tasks: ScheduledTask[] = schedules.map((schedule) =>
    createTask(
      schedule.cron,
      ({ date }) =>
        enqueueTick(deps, schedule, date).catch((error: Error) =>
          // The next tick makes up for this one.
          deps.log.warn({ err: error, job: schedule.job.name }, 'a tick was missed'),
        ),
      { name: schedule.job.name, timezone: 'UTC', noOverlap: true, logger: quiet },
    ),
  );
  for (const task of tasks) void task.start();
  return {
    stop: async () => {
      await Promise.all(tasks.map((task) => task.destroy()));
    },
  };
}

/** Start of the keys of runs that a schedule made. */
export const TICK = 'tick:';

/**
 * Queues the run of one tick. Its key is the job and the tick's second, so that of several
 * processes only the first one makes it. A tick passes while an earlier one still waits for its
 * first start: a worker that is behind gets no pile of the same work.
 * @returns undefined when there was nothing to queue
 */
export async function enqueueTick<Input>(
  deps: Deps,
  { job, payload, when }: Schedule<Input>,
  date: Date,
): Promise<JobRun | undefined> {
  if (when && !(await when(deps))) return undefined;
  const second = new Date(Math.floor(date.getTime() / 1_000) * 1_000).toISOString();
  const key = `${TICK}${job.name}:${second}`;
  const waiting = await deps.db.query(sql`
    select from job_run
    where state = 'QUEUED' and attempts = 0 and name = ${job.name}
      and starts_with(key, ${TICK}) and key <> ${key}
    limit 1`);
  if (waiting.length > 0) return undefined;
  return deps.db.transaction((tx) => enqueue(tx, job, payload, { key }));
}
