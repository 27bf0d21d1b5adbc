import sql, { type Sql } from 'sql-template-tag';
import type { Queryable } from '../../../db.ts';
import type { TrainingSpec } from '../../../ml/run/spec.ts';
import { predicts, type TaskKind } from '../kinds.ts';

/** The version that predicts some tasks in a domain. */
export interface ServingModel {
  readonly name: string;
  readonly versionId: number;
  readonly domainId: number;
  readonly domain: string;
  readonly kind: TaskKind;
  /** The model's own. */
  readonly task: string;
  /** Those that it predicts: its own and its further ones, less those that a model promoted later has. */
  readonly tasks: readonly string[];
  readonly service: string | null;
  readonly serviceVersion: number | null;
  readonly spec: TrainingSpec;
  readonly artefact: string;
}

/** The tasks of a version `v` of a model `m`, a text[]: its own, then those it was taught beside it. */
export const VERSION_TASKS: Sql = sql`(array[m.labels] || array(
  select further->>'name' from jsonb_array_elements(
    case when jsonb_typeof(v.hyperparameters->'tasks') = 'array' then v.hyperparameters->'tasks'
         else '[]' end) as further
  where further->>'name' is not null and further->>'name' <> m.labels))`;

/** The active version of each task in each domain; of several models, the one promoted last. */
export async function servingModels(db: Queryable): Promise<ServingModel[]> {
  const models = await db.query<ServingModel>(sql`
    select
      m.name, v.id as "versionId", m.domain_id as "domainId", d.key as domain, m.kind,
      m.labels as task, ${VERSION_TASKS} as tasks, v.service, v.service_version as "serviceVersion",
      v.spec, v.artefact
    from model m join model_version v on v.id = m.active_version_id
      join domain d on d.id = m.domain_id
    where m.labels is not null
    order by m.promoted_at desc, m.id desc`);
  const taken = new Set<string>();
  return models
    .filter(({ kind }) => predicts(kind))
    .flatMap((model) => {
      const keyOf = (task: string) => JSON.stringify([model.domainId, task]);
      const tasks = model.tasks.filter((task) => !taken.has(keyOf(task)));
      for (const task of tasks) taken.add(keyOf(task));
      return tasks.length > 0 ? [{ ...model, tasks }] : [];
    });
}

/** Whether any model predicts anything. */
export async function hasServingModels(db: Queryable): Promise<boolean> {
  const rows = await db.query(sql`select from model where active_version_id is not null limit 1`);
  return rows.length > 0;
}
