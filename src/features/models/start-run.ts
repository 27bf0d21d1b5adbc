import sql from 'sql-template-tag';
import type { Queryable } from '../../db.ts';
import { CameoError } from '../../errors.ts';
import type { ModelDeps } from './deps.ts';
import type { TrainingRequest } from './request.ts';
import { notifyRun } from './run.ts';

export interface NewTraining {
  readonly model: { readonly id: number; readonly name: string };
  readonly request: TrainingRequest;
  /** Who asked: an actor's id. */
  readonly actor: string;
  /** `request`, `schedule`, or the drift that was found. */
  readonly trigger: string;
  /** A second run with the same key is not made. */
  readonly key?: string;
}

/**
 * Queues a run in the caller's transaction, which holds the model's row.
 * @returns its id; undefined when its key was used before
 * @throws CameoError CONFLICT while the model is being trained
 */
export async function startRun(
  { clock, modelQueue }: Pick<ModelDeps, 'clock' | 'modelQueue'>,
  tx: Queryable,
  { model, request, actor, trigger, key }: NewTraining,
): Promise<string | undefined> {
  await settleDeadRuns(tx, model.id);
  if (key !== undefined && (await isUsed(tx, key))) return undefined;
  const busy = await tx.query(sql`select from training_run where under_way = ${model.id} limit 1`);
  if (busy.length > 0)
    throw new CameoError(
      'CONFLICT',
      `"${model.name}" is being trained. Wait for that run, or end it with trainingRunCancel.`,
      ['name'],
    );
  const [run] = await tx.query<{ id: string }>(sql`
    insert into training_run (id, model_id, under_way, key, trigger, actor, request, created_at)
    values (uuidv7(), ${model.id}, ${model.id}, ${key ?? null}, ${trigger}, ${actor},
            ${JSON.stringify(request)}, ${clock.now()})
    returning id`);
  if (!run) throw new Error('The run was not written down');
  const job = await modelQueue.train(tx, run.id);
  await tx.query(
    sql`update training_run set job_run_id = ${job.id}::uuid where id = ${run.id}::uuid`,
  );
  await notifyRun(tx, run.id);
  return run.id;
}

async function isUsed(tx: Queryable, key: string): Promise<boolean> {
  return (await tx.query(sql`select from training_run where key = ${key}`)).length > 0;
}

/** Runs whose job failed for good, or is gone, are over: their worker did not live to say so. */
export async function settleDeadRuns(tx: Queryable, modelId: number): Promise<void> {
  await tx.query(sql`
    update training_run r
    set under_way = null, state = 'FAILED', finished_at = coalesce(j.finished_at, r.created_at),
        error = coalesce(j.error, r.error, 'Its job is gone.')
    from training_run u left join job_run j on j.id = u.job_run_id
    where u.id = r.id and r.under_way = ${modelId} and (j.id is null or j.state in ('FAILED', 'DONE'))`);
}
