import sql from 'sql-template-tag';
import type { Queryable } from '../db.ts';
import { type JobRun, writeRun } from '../features/jobs/run.ts';

/**
 * One start of a run. `attempts` is its token: it grows with every start, so a worker whose run
 * was taken over (it was cut off, and counted as dead) can no longer write to it.
 */
export type Attempt = Pick<JobRun, 'id' | 'attempts'>;

const held = ({ id, attempts }: Attempt) =>
  sql`id = ${id}::uuid and attempts = ${attempts} and state = 'RUNNING'`;

/** Takes the run; undefined when it is finished already or gone. */
export function startRun(tx: Queryable, id: string): Promise<JobRun | undefined> {
  return writeRun(
    tx,
    sql`
      update job_run
      set state = 'RUNNING', attempts = attempts + 1, error = null,
          started_at = coalesce(started_at, now())
      where id = ${id}::uuid and state in ('QUEUED', 'RUNNING')`,
  );
}

export function showProgress(tx: Queryable, attempt: Attempt, fraction: number) {
  return writeRun(tx, sql`update job_run set progress = ${fraction} where ${held(attempt)}`);
}

/** @throws Error when another worker has taken the run over, or it is done already. */
export async function markDone(tx: Queryable, attempt: Attempt): Promise<void> {
  const run = await writeRun(
    tx,
    sql`
      update job_run set state = 'DONE', progress = 1, finished_at = now() where ${held(attempt)}`,
  );
  if (!run) throw new Error('Another worker has taken this job over; nothing of it is kept here.');
}

/** Back to the queue with the reason of the failure, or FAILED for good. */
export function markFailed(
  tx: Queryable,
  attempt: Attempt,
  failure: { message: string; forGood: boolean },
) {
  return writeRun(
    tx,
    sql`
      update job_run
      set state = ${failure.forGood ? 'FAILED' : 'QUEUED'}::"JobState", error = ${failure.message},
          finished_at = case when ${failure.forGood}::boolean then now() end
      where ${held(attempt)}`,
  );
}

/** Back to the queue, with nothing to hold against it. Undefined: it was not held any more. */
export function markQueued(tx: Queryable, attempt: Attempt) {
  return writeRun(tx, sql`update job_run set state = 'QUEUED' where ${held(attempt)}`);
}
