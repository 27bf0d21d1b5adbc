import sql from 'sql-template-tag';
import type { Queryable } from '../../../db.ts';
import type { TrainingSpec } from '../../../ml/run/spec.ts';
import type { TaskKind } from '../kinds.ts';

/** The version that predicts a task in a domain. */
export interface ServingModel {
  readonly name: string;
  readonly versionId: number;
  readonly domainId: number;
  readonly domain: string;
  readonly kind: TaskKind;
  readonly task: string;
  readonly service: string | null;
  readonly serviceVersion: number | null;
  readonly spec: TrainingSpec;
  readonly artefact: string;
}

/** The active version of each task in each domain; of several models, the one promoted last. */
export function servingModels(db: Queryable): Promise<ServingModel[]> {
  return db.query<ServingModel>(sql`
    select distinct on (m.domain_id, m.labels)
      m.name, v.id as "versionId", m.domain_id as "domainId", d.key as domain, m.kind,
      m.labels as task, v.service, v.service_version as "serviceVersion", v.spec, v.artefact
    from model m join model_version v on v.id = m.active_version_id
      join domain d on d.id = m.domain_id
    where m.labels is not null and m.kind in ('CLASSIFY', 'MULTI_LABEL', 'REGRESS')
    order by m.domain_id, m.labels, m.promoted_at desc, m.id desc`);
}

/** Whether any model predicts anything. */
export async function hasServingModels(db: Queryable): Promise<boolean> {
  const rows = await db.query(sql`select from model where active_version_id is not null limit 1`);
  return rows.length > 0;
}
