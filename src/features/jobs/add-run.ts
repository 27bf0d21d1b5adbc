import sql from 'sql-template-tag';
import type { Queryable } from '../../db.ts';
import { CameoError } from '../../errors.ts';
import { type JobRun, runColumns, writeRun } from './run.ts';

export interface NewRun {
  readonly name: string;
  /** JSON that the job's own schema has accepted. */
  readonly payload: unknown;
  readonly maxAttempts: number;
  /** A second run with the same key is not made: the first one is returned. */
  readonly key?: string;
  /** Not before; now when absent. */
  readonly runAt?: Date;
}

/**
 * Queues a run in the caller's transaction: it exists, and a worker sees it, when that commits.
 * @throws CameoError CONFLICT when the key belongs to a run of another job.
 */
export async function addRun(tx: Queryable, run: NewRun): Promise<JobRun> {
  const added = await writeRun(
    tx,
    sql`
      insert into job_run (id, name, key, payload)
      values (uuidv7(), ${run.name}, ${run.key ?? null}, ${JSON.stringify(run.payload ?? null)})
      on conflict (key) do nothing`,
  );
  if (!added) return runWithKey(tx, run);
  await queueRun(tx, added, run);
  return added;
}

async function runWithKey(tx: Queryable, { name, key }: NewRun): Promise<JobRun> {
  const [run] = await tx.query<JobRun>(sql`select ${runColumns} from job_run where key = ${key}`);
  if (run?.name === name) return run;
  throw new CameoError(
    'CONFLICT',
    `The key "${key}" belongs to a run of the job ${run?.name}; choose another key.`,
    ['key'],
  );
}

/**
 * Gives a run to graphile_worker. Its job there is found by the run's id as its key; one that
 * a worker holds at this moment loses the key and never runs again.
 */
export async function queueRun(
  tx: Queryable,
  run: Pick<JobRun, 'id' | 'name'>,
  options: Pick<NewRun, 'maxAttempts' | 'runAt'>,
): Promise<void> {
  await tx.query(sql`
    select graphile_worker.add_job(
      ${run.name}::text,
      payload => ${JSON.stringify({ jobRunId: run.id })}::json,
      run_at => ${options.runAt ?? null}::timestamptz,
      max_attempts => ${options.maxAttempts}::int,
      job_key => ${run.id}::text
    )`);
}
