import sql from 'sql-template-tag';
import type { Queryable } from '../../db.ts';
import { CameoError } from '../../errors.ts';
import { NEXT_BEHAVIOUR } from '../training/observed.ts';
import type { ModelDeps } from './deps.ts';
import { VERSION_TASKS } from './predict/serving.ts';
import { nextRun } from './schedule.ts';
import { type NewTraining, startRun } from './start-run.ts';

type RetrainDeps = Pick<ModelDeps, 'db' | 'clock' | 'log' | 'modelQueue'>;

interface DueModel {
  readonly id: number;
  readonly name: string;
  readonly cron: string;
  readonly due: Date;
  readonly training: NewTraining['request'];
  /** Whether labels of any of its tasks, or what tells them, have come since its newest version began. */
  readonly hasNews: boolean;
}

/** Whether the cron of any model has come. */
export async function hasDueModels({
  db,
  clock,
}: Pick<ModelDeps, 'db' | 'clock'>): Promise<boolean> {
  const rows = await db.query(
    sql`select from model where next_retrain_at <= ${clock.now()}::timestamptz limit 1`,
  );
  return rows.length > 0;
}

/**
 * Queues a training of each model whose cron has come and that has something new to learn from; one that
 * is being trained is left alone until its cron comes again.
 * @returns the runs
 */
export async function retrainDue(deps: RetrainDeps): Promise<string[]> {
  const runs: string[] = [];
  for (;;) {
    const next = await deps.db.transaction((tx) => retrainNext(deps, tx));
    if (next === 'none') return runs;
    if (next) runs.push(next);
  }
}

async function retrainNext(deps: RetrainDeps, tx: Queryable): Promise<string | undefined | 'none'> {
  const now = deps.clock.now();
  const [model] = await tx.query<DueModel>(sql`
    select m.id, m.name, m.cron, m.next_retrain_at as due, m.training,
      m.labels is null or exists (
        select from label l where l.domain_id = m.domain_id and l.task = any(${VERSION_TASKS})
          and l.created_at > trained.at
      ) or (${NEXT_BEHAVIOUR} = any(${VERSION_TASKS}) and exists (
        select from event e where e.domain_id = m.domain_id and e.occurred_at > trained.at
      )) as "hasNews"
    from model m left join model_version v on v.id = m.active_version_id
      cross join lateral (
        select coalesce(max(r.started_at), '-infinity') as at from training_run r
        where r.model_id = m.id and r.state = 'DONE'
      ) trained
    where m.next_retrain_at <= ${now}::timestamptz
    order by m.id limit 1 for update of m skip locked`);
  if (!model) return 'none';
  await tx.query(sql`
    update model set next_retrain_at = ${nextRun(model.cron, now)} where id = ${model.id}`);
  if (!model.hasNews) return undefined;
  const key = `schedule:${model.id}:${model.due.toISOString()}`;
  return startUnlessBusy(deps, tx, model, 'schedule', key);
}

/** Undefined while the model is being trained, or when the key was used before. */
export async function startUnlessBusy(
  deps: RetrainDeps,
  tx: Queryable,
  model: Pick<DueModel, 'id' | 'name' | 'training'>,
  trigger: string,
  key: string,
): Promise<string | undefined> {
  const { at: _, ...request } = model.training;
  try {
    return await startRun(deps, tx, { model, request, actor: 'job:retrain', trigger, key });
  } catch (error) {
    if (!(error instanceof CameoError && error.code === 'CONFLICT')) throw error;
    deps.log.info({ model: model.name, trigger }, 'not trained anew: it is being trained');
    return undefined;
  }
}
