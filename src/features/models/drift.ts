import sql from 'sql-template-tag';
import type { Queryable } from '../../db.ts';
import type { ModelDeps } from './deps.ts';
import { startUnlessBusy } from './retrain.ts';
import type { NewTraining } from './start-run.ts';

type DriftDeps = Pick<ModelDeps, 'db' | 'clock' | 'log' | 'modelQueue' | 'store'>;

interface Watched {
  readonly id: number;
  readonly name: string;
  readonly training: NewTraining['request'];
  readonly service: string;
  readonly serviceVersion: number;
  readonly threshold: number;
  /** Of the active version. */
  readonly since: Date;
}

interface Shift {
  readonly name: string;
  readonly grown: number;
}

/**
 * Queues a training of each model whose features are spread otherwise than when its active version
 * was trained, or whose feature service has been redefined; once a day (UTC) at most.
 * @returns the runs
 */
export async function retrainDrifted(deps: DriftDeps): Promise<string[]> {
  const watched = await deps.db.query<Watched>(sql`
    select m.id, m.name, m.training, v.service, v.service_version as "serviceVersion",
           m.drift_threshold as threshold, v.created_at as since
    from model m join model_version v on v.id = m.active_version_id
    where m.drift_threshold is not null and v.service is not null order by m.id`);
  const runs: string[] = [];
  for (const model of watched) {
    const trigger = await driftOf(deps, model);
    if (trigger === undefined) continue;
    const key = `drift:${model.id}:${deps.clock.now().toISOString().slice(0, 10)}`;
    const run = await deps.db.transaction(async (tx) => {
      await tx.query(sql`select from model where id = ${model.id} for update`);
      return startUnlessBusy(deps, tx, model, trigger, key);
    });
    if (run !== undefined) runs.push(run);
  }
  return runs;
}

/** What has drifted, for people; undefined when nothing has. */
async function driftOf({ db, store }: DriftDeps, model: Watched): Promise<string | undefined> {
  const { services } = await store.state();
  const current = services.get(model.service);
  if (current?.version !== model.serviceVersion)
    return `the feature service ${model.service} has been redefined`;
  const features = store.list().services.find(({ name }) => name === model.service)?.features ?? [];
  const worst = await largestShift(db, features, model.since);
  if (!worst || worst.grown <= model.threshold) return undefined;
  return `drift of ${worst.name}: its stability index has grown by ${worst.grown.toFixed(2)}`;
}

/** By how much the population stability index of a feature has grown since an instant, at most. */
async function largestShift(
  db: Queryable,
  features: readonly string[],
  since: Date,
): Promise<Shift | undefined> {
  const [shift] = await db.query<Shift>(sql`
    select asked.name, latest.psi - coalesce(past.psi, 0) as grown
    from unnest(${features}::text[]) as asked(name)
    cross join lateral (
      select s.psi, s.version from feature_statistic s
      where s.view = split_part(asked.name, ':', 1) and s.feature = split_part(asked.name, ':', 2)
      order by s.at desc, s.id desc limit 1
    ) latest
    left join lateral (
      select s.psi from feature_statistic s
      where s.view = split_part(asked.name, ':', 1) and s.feature = split_part(asked.name, ':', 2)
        and s.version = latest.version and s.at <= ${since}::timestamptz
      order by s.at desc, s.id desc limit 1
    ) past on true
    where latest.psi is not null
    order by grown desc limit 1`);
  return shift;
}
