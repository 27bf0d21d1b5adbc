import { runMigrations } from 'graphile-worker';
import type { Db, Queryable } from '../db.ts';
import { addRun, type NewRun } from '../features/jobs/add-run.ts';
import type { JobRun } from '../features/jobs/run.ts';
import type { Logger } from '../logger.ts';
import type { Job } from './define.ts';
import { graphileLogger } from './graphile-logger.ts';

/** Makes or updates the queue's own schema, graphile_worker. Part of migrating the database. */
export async function migrateQueue(db: Db, log: Logger): Promise<void> {
  await runMigrations({ pgPool: db.pool, logger: graphileLogger(log) });
}

/**
 * Queues a job in the caller's transaction: when that rolls back, there never was a job.
 * With a `key` that was used before, it returns the run made then.
 * @throws ZodError for a payload the job does not take; CameoError CONFLICT for another job's key.
 */
export async function enqueue<Input>(
  tx: Queryable,
  job: Job<Input>,
  payload: Input,
  options: Pick<NewRun, 'key' | 'runAt'> = {},
): Promise<JobRun> {
  const { name, maxAttempts } = job;
  return addRun(tx, { ...options, name, maxAttempts, payload: job.check(payload) });
}
