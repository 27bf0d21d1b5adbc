import sql, { type Sql } from 'sql-template-tag';
import { type Actor, maySee } from '../../auth.ts';
import type { Queryable } from '../../db.ts';
import { CameoError } from '../../errors.ts';
import type { TrainingSpec } from '../../ml/run/spec.ts';
import { groupInOrder } from '../batch.ts';
import { type Page, type PageArguments, pageOf, parseCursor, readWindow } from '../page.ts';
import type { TaskKind } from './kinds.ts';

export interface VersionRow {
  readonly id: number;
  readonly modelId: number;
  readonly number: number;
  readonly kind: TaskKind;
  readonly labels: string | null;
  readonly domain: string;
  readonly parentId: number | null;
  readonly dataHash: string;
  readonly rows: { readonly train: number; readonly validation: number; readonly test: number };
  readonly featureService: { readonly name: string; readonly version: number } | null;
  readonly codeVersion: string;
  readonly spec: TrainingSpec;
  readonly hyperparameters: unknown;
  readonly metrics: unknown;
  readonly baselines: unknown;
  readonly winner: string;
  readonly decidedBy: string;
  readonly artefact: string;
  readonly status: 'CANDIDATE' | 'ACTIVE' | 'RETIRED';
  readonly active: boolean;
  readonly createdAt: Date;
}

const COLUMNS: Sql = sql`v.id, v.model_id as "modelId", v.number, m.kind, m.labels, d.key as domain,
  v.parent_id as "parentId", v.data_hash as "dataHash", v.rows,
  case when v.service is not null
       then jsonb_build_object('name', v.service, 'version', v.service_version) end as "featureService",
  v.code_version as "codeVersion", v.spec, v.hyperparameters, v.metrics, v.baselines, v.winner,
  v.decided_by as "decidedBy", v.artefact, v.created_at as "createdAt",
  v.id is not distinct from m.active_version_id as active,
  case when v.id = m.active_version_id then 'ACTIVE'
       when exists (select from model_promotion p where p.version_id = v.id) then 'RETIRED'
       else 'CANDIDATE' end as status`;

const VERSIONS: Sql = sql`model_version v join model m on m.id = v.model_id
  join domain d on d.id = m.domain_id`;

/** By id, in the order of `ids`; undefined where there is none that the actor may see. */
export async function versionsById(
  db: Queryable,
  actor: Actor,
  ids: readonly number[],
): Promise<(VersionRow | undefined)[]> {
  const rows = await db.query<VersionRow>(
    sql`select ${COLUMNS} from ${VERSIONS} where v.id = any(${ids}::int[])`,
  );
  const seen = rows.filter(({ domain }) => maySee(actor, domain));
  const byId = new Map(seen.map((row) => [row.id, row]));
  return ids.map((id) => byId.get(id));
}

/** The version of an id as the API gives it; undefined for anything else. */
export async function versionById(
  db: Queryable,
  actor: Actor,
  id: string | number,
): Promise<VersionRow | undefined> {
  const text = String(id);
  if (!/^[1-9]\d{0,8}$/.test(text)) return undefined;
  const [version] = await versionsById(db, actor, [Number(text)]);
  return version;
}

/** @throws CameoError NOT_FOUND, at `field` of the input, when there is none that the actor may see. */
export async function requireVersion(
  db: Queryable,
  actor: Actor,
  id: string | number,
  field: readonly string[],
): Promise<VersionRow> {
  const version = await versionById(db, actor, id);
  if (version) return version;
  throw new CameoError('NOT_FOUND', `There is no model version ${id}.`, field);
}

const NEWEST_FIRST = [
  {
    expression: sql`v.number`,
    cast: sql`int`,
    descending: true,
    value: (row: VersionRow) => row.number,
  },
];

const LAST_NUMBER = 2_147_483_647;

/**
 * A page of each model's versions, newest first, in one statement.
 * @throws CameoError BAD_INPUT for a page size outside 1 to 100 or a foreign cursor.
 */
export async function versionsOf(
  db: Queryable,
  modelIds: readonly number[],
  args: Pick<PageArguments, 'first' | 'after'>,
): Promise<Page<VersionRow>[]> {
  const window = readWindow(args);
  const [before] = window.cursor ? parseCursor(window.cursor, NEWEST_FIRST) : [LAST_NUMBER];
  const rows = await db.query<VersionRow>(sql`
    select page.* from unnest(${modelIds}::int[]) as wanted(id) cross join lateral (
      select ${COLUMNS} from ${VERSIONS}
      where v.model_id = wanted.id and v.number < ${before}::int
      order by v.number desc limit ${window.limit + 1}
    ) page`);
  return groupInOrder(modelIds, rows, (row) => row.modelId).map((group) =>
    pageOf(group, window, NEWEST_FIRST),
  );
}
