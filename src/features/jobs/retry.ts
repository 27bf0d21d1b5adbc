import sql from 'sql-template-tag';
import { type Actor, requireRole } from '../../auth.ts';
import type { Deps } from '../../context.ts';
import { CameoError } from '../../errors.ts';
import { type JobRun, writeRun } from './run.ts';

/**
 * Queues a run that has failed for good once more, with all its attempts.
 * @throws CameoError FORBIDDEN below admin; NOT_FOUND when no failed run has this id.
 */
export async function retryJob(deps: Deps, actor: Actor, id: string): Promise<JobRun> {
  requireRole(actor, 'admin');
  return deps.db.transaction(async (tx) => {
    const run = await writeRun(
      tx,
      sql`
        update job_run set state = 'QUEUED', error = null, progress = null, finished_at = null
        where id::text = ${id} and state = 'FAILED'`,
    );
    const entries = run ? await tx.query(reschedule(run.id)) : [];
    if (run && entries.length > 0) {
      // Wakes the workers, which would look for themselves within their poll interval.
      await tx.query(sql`select pg_notify('jobs:insert', '')`);
      return run;
    }
    throw new CameoError('NOT_FOUND', `There is no failed job with the id ${id}.`, ['id']);
  });
}

const reschedule = (id: string) => sql`
  select graphile_worker.reschedule_jobs(
    array(select id from graphile_worker.jobs where key = ${id}), run_at => now(), attempts => 0
  )`;
