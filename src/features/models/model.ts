import sql, { type Sql } from 'sql-template-tag';
import { type Actor, maySee } from '../../auth.ts';
import type { Queryable } from '../../db.ts';
import { CameoError } from '../../errors.ts';
import type { TaskKind } from './kinds.ts';
import type { TrainingRequest } from './request.ts';

export interface ModelRow {
  readonly id: number;
  readonly name: string;
  readonly domainId: number;
  readonly domain: string;
  readonly kind: TaskKind;
  /** The task that labels were imported for; null where the kind has none. */
  readonly labels: string | null;
  /** What the last training asked for: a retraining asks the same. */
  readonly training: TrainingRequest;
  readonly cron: string | null;
  readonly nextRetrainAt: Date | null;
  readonly driftThreshold: number | null;
  readonly activeVersionId: number | null;
  readonly createdAt: Date;
}

export const MODEL_COLUMNS: Sql = sql`m.id, m.name, m.domain_id as "domainId", d.key as domain,
  m.kind, m.labels, m.training, m.cron, m.next_retrain_at as "nextRetrainAt",
  m.drift_threshold as "driftThreshold", m.active_version_id as "activeVersionId",
  m.created_at as "createdAt"`;

const MODELS: Sql = sql`model m join domain d on d.id = m.domain_id`;

/** Undefined when there is none, or none that the actor may see. */
export async function modelByName(
  db: Queryable,
  actor: Actor,
  name: string,
): Promise<ModelRow | undefined> {
  const [row] = await db.query<ModelRow>(
    sql`select ${MODEL_COLUMNS} from ${MODELS} where m.name = ${name}`,
  );
  return row && maySee(actor, row.domain) ? row : undefined;
}

/** @throws CameoError NOT_FOUND, with the place of the name in the input. */
export async function requireModel(
  db: Queryable,
  actor: Actor,
  name: string,
  field: readonly string[],
): Promise<ModelRow> {
  const model = await modelByName(db, actor, name);
  if (model) return model;
  throw new CameoError('NOT_FOUND', `There is no model "${name}".`, field);
}

/** All that the actor may see, by name. */
export async function listModels(db: Queryable, actor: Actor): Promise<ModelRow[]> {
  const rows = await db.query<ModelRow>(
    sql`select ${MODEL_COLUMNS} from ${MODELS} order by m.name`,
  );
  return rows.filter(({ domain }) => maySee(actor, domain));
}

/** By id, in the order of `ids`; undefined where there is none that the actor may see. */
export async function modelsById(
  db: Queryable,
  actor: Actor,
  ids: readonly number[],
): Promise<(ModelRow | undefined)[]> {
  const rows = await db.query<ModelRow>(
    sql`select ${MODEL_COLUMNS} from ${MODELS} where m.id = any(${ids}::int[])`,
  );
  const seen = rows.filter(({ domain }) => maySee(actor, domain));
  const byId = new Map(seen.map((row) => [row.id, row]));
  return ids.map((id) => byId.get(id));
}
