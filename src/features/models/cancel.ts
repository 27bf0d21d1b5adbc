import sql from 'sql-template-tag';
import { type Actor, requireRole } from '../../auth.ts';
import type { Deps } from '../../context.ts';
import type { Queryable } from '../../db.ts';
import { CameoError } from '../../errors.ts';
import { notifyRun, requireRun, type TrainingRunRow } from './run.ts';
import { settleDeadRuns } from './start-run.ts';

/**
 * Ends a run: one that nobody works on at once, one that is under way as soon as its worker hears of it.
 * @throws CameoError FORBIDDEN without the role writer; NOT_FOUND; CONFLICT when it has ended.
 */
export async function trainingRunCancel(
  deps: Deps,
  actor: Actor,
  id: string,
): Promise<TrainingRunRow> {
  requireRole(actor, 'writer');
  const known = await requireRun(deps.db, actor, id);
  await deps.db.transaction((tx) => cancel(tx, deps.clock.now(), actor, known));
  return requireRun(deps.db, actor, id);
}

async function cancel(
  tx: Queryable,
  now: Date,
  actor: Actor,
  { id, modelId }: TrainingRunRow,
): Promise<void> {
  await settleDeadRuns(tx, modelId);
  const cancelled = await tx.query(sql`
    update training_run r
    set cancelled_by = ${actor.id},
        under_way = case when idle.id is null then r.under_way end,
        state = case when idle.id is null then r.state else 'FAILED' end,
        error = case when idle.id is null then r.error else ${cancelledError(actor.id)} end,
        finished_at = case when idle.id is not null then ${now}::timestamptz end
    from training_run u
    left join job_run idle on idle.id = u.job_run_id and idle.state = 'QUEUED'
    where u.id = r.id and r.id = ${id}::uuid and r.under_way is not null
    returning r.id`);
  if (cancelled.length === 0)
    throw new CameoError('CONFLICT', 'This run has ended already.', ['id']);
  await notifyRun(tx, id);
}

export const cancelledError = (by: string): string => `Cancelled by ${by}.`;
