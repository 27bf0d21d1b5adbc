import sql from 'sql-template-tag';
import type { Db, Queryable } from '../db.ts';
import { JOBS_CHANNEL } from '../features/jobs/run.ts';
import { PRESENCE_LOCKS } from './presence.ts';

/**
 * Gives the jobs of dead workers back to the queue; graphile-worker alone would wait four hours.
 *
 * A worker is dead when its presence lock is free on two sweeps in a row: one that lost its
 * connection takes the lock again in the time between. Should it not, and work on, its result
 * does not count: the run's attempt has moved on.
 *
 * @param suspects what the sweep before returned
 * @returns the workers whose lock was free for the first time
 */
export function recoverJobs(db: Db, suspects: ReadonlySet<string>): Promise<Set<string>> {
  return db.transaction(async (tx) => {
    const absent = await absentWorkers(tx);
    const dead = absent.filter((worker) => suspects.has(worker));
    if (dead.length > 0) await unlock(tx, dead);
    await failExhausted(tx);
    return new Set(absent.filter((worker) => !suspects.has(worker)));
  });
}

async function absentWorkers(tx: Queryable): Promise<string[]> {
  const rows = await tx.query<{ worker: string }>(sql`
    with workers as materialized (
      select distinct locked_by as worker from graphile_worker.jobs where locked_by is not null
    )
    select worker from workers
    where pg_try_advisory_xact_lock(${PRESENCE_LOCKS}, hashtext(worker))`);
  return rows.map(({ worker }) => worker);
}

async function unlock(tx: Queryable, workers: string[]): Promise<void> {
  await tx.query(sql`select graphile_worker.force_unlock_workers(${workers}::text[])`);
  // Wakes the workers, which would look for themselves within their poll interval.
  await tx.query(sql`select pg_notify('jobs:insert', '')`);
}

/** Runs that took their worker down with them on the last attempt have nobody else to say so. */
async function failExhausted(tx: Queryable): Promise<void> {
  await tx.query(sql`
    with failed as (
      update job_run
      set state = 'FAILED', finished_at = now(),
          error = 'The worker ended in the middle of the last attempt.'
      from graphile_worker.jobs entry
      where entry.key = job_run.id::text
        and entry.locked_by is null and entry.attempts >= entry.max_attempts
        and job_run.state in ('QUEUED', 'RUNNING')
      returning job_run.id
    )
    select pg_notify(${JOBS_CHANNEL}, id::text) from failed`);
}
