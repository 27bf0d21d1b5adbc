import sql from 'sql-template-tag';
import type { Queryable } from '../../../db.ts';
import { MODEL_COLUMNS, type ModelRow } from '../model.ts';
import type { TrainingRequest } from '../request.ts';
import { notifyRun } from '../run.ts';

export interface BegunRun {
  readonly id: string;
  readonly request: TrainingRequest;
  readonly cancelledBy: string | null;
  readonly model: ModelRow;
}

/**
 * Takes a run up, for the first time or again. Undefined: there is nothing left to do. A run that had
 * failed for want of a living worker is open again; one that was refused or cancelled is not.
 */
export async function beginRun(
  tx: Queryable,
  runId: string,
  now: Date,
): Promise<BegunRun | undefined> {
  const [run] = await tx.query<Omit<BegunRun, 'model'> & { modelId: number }>(sql`
    update training_run
    set state = 'RUNNING', under_way = model_id, error = null, finished_at = null,
        started_at = coalesce(started_at, ${now}::timestamptz)
    where id = ${runId}::uuid and version_id is null
      and (under_way is not null or (refused is null and cancelled_by is null))
    returning id, request, cancelled_by as "cancelledBy", model_id as "modelId"`);
  if (!run) return undefined;
  const [model] = await tx.query<ModelRow>(sql`
    select ${MODEL_COLUMNS} from model m join domain d on d.id = m.domain_id
    where m.id = ${run.modelId}`);
  if (!model) throw new Error(`The model of run ${runId} is gone`);
  await notifyRun(tx, runId);
  return { ...run, model };
}

/** Who has asked for the end of a run; undefined while nobody has. */
export async function canceller(db: Queryable, runId: string): Promise<string | undefined> {
  const [run] = await db.query<{ by: string | null }>(
    sql`select cancelled_by as by from training_run where id = ${runId}::uuid`,
  );
  return run?.by ?? undefined;
}
