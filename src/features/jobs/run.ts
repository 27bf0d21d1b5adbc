import sql, { type Sql } from 'sql-template-tag';
import type { Queryable } from '../../db.ts';

export type JobState = 'QUEUED' | 'RUNNING' | 'DONE' | 'FAILED';

/** A job as the API shows it. The queue itself is graphile_worker's. */
export interface JobRun {
  readonly id: string;
  readonly name: string;
  /** One run a key: a schedule's tick, or a caller's idempotency key. */
  readonly key: string | null;
  readonly payload: unknown;
  readonly state: JobState;
  /** 0 to 1; null until the job says. */
  readonly progress: number | null;
  /** How often it was started; the number of the present attempt while it runs. */
  readonly attempts: number;
  /** Why the last attempt failed; null while the next one runs and once it is done. */
  readonly error: string | null;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
}

/** Every change of a run is notified here, with its id. */
export const JOBS_CHANNEL = 'cameo_jobs';

export const runColumns = sql`
  id, name, key, payload, state, progress, attempts, error,
  created_at as "createdAt", started_at as "startedAt", finished_at as "finishedAt"`;

/**
 * Runs a statement that inserts or updates one row of job_run, and notifies its change when the
 * transaction commits. Undefined: it touched no row.
 * @param write without its `returning`
 */
export async function writeRun(tx: Queryable, write: Sql): Promise<JobRun | undefined> {
  const [row] = await tx.query<JobRun & { notified: unknown }>(sql`
    with written as (${write} returning *)
    select ${runColumns}, pg_notify(${JOBS_CHANNEL}, id::text) as notified from written`);
  if (!row) return undefined;
  const { notified, ...run } = row;
  return run;
}

export const isFinished = (run: JobRun): boolean => run.state === 'DONE' || run.state === 'FAILED';
