import sql, { type Sql } from 'sql-template-tag';
import { type Actor, maySee } from '../../auth.ts';
import type { Queryable } from '../../db.ts';
import { CameoError } from '../../errors.ts';
import { groupInOrder } from '../batch.ts';
import type { JobState } from '../jobs/run.ts';
import type { TrainingRequest } from './request.ts';

export interface TrainingRunRow {
  readonly id: string;
  readonly modelId: number;
  readonly domain: string;
  readonly state: JobState;
  readonly jobRunId: string | null;
  readonly trigger: string;
  readonly actor: string;
  readonly request: TrainingRequest;
  readonly step: number | null;
  readonly steps: number | null;
  readonly loss: number | null;
  readonly eta: Date | null;
  readonly metrics: unknown;
  readonly refused: string | null;
  readonly error: string | null;
  readonly decision: string | null;
  readonly cancelledBy: string | null;
  readonly versionId: number | null;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
}

/** Every change of a run is notified here, with its id. */
export const RUNS_CHANNEL = 'training_run';

/**
 * A run whose job has failed for good has failed too, even when nobody lived to write that down; one
 * whose job waits for its next attempt is queued.
 */
const STATE: Sql = sql`case when r.under_way is null then r.state
  when j.state = 'FAILED' then 'FAILED' when j.state = 'QUEUED' then 'QUEUED' else r.state end`;

const COLUMNS: Sql = sql`r.id, r.model_id as "modelId", d.key as domain, ${STATE} as state,
  r.job_run_id as "jobRunId", r.trigger, r.actor, r.request, r.step, r.steps, r.loss, r.eta, r.metrics, r.refused,
  coalesce(r.error, case when r.under_way is not null then j.error end) as error, r.decision,
  r.cancelled_by as "cancelledBy", r.version_id as "versionId", r.created_at as "createdAt",
  r.started_at as "startedAt",
  coalesce(r.finished_at, case when r.under_way is not null then j.finished_at end) as "finishedAt"`;

const RUNS: Sql = sql`training_run r join model m on m.id = r.model_id
  join domain d on d.id = m.domain_id left join job_run j on j.id = r.job_run_id`;

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Undefined when there is none, or none that the actor may see. */
export async function runById(
  db: Queryable,
  actor: Actor,
  id: string,
): Promise<TrainingRunRow | undefined> {
  if (!UUID.test(id)) return undefined;
  const [row] = await db.query<TrainingRunRow>(
    sql`select ${COLUMNS} from ${RUNS} where r.id = ${id}::uuid`,
  );
  return row && maySee(actor, row.domain) ? row : undefined;
}

/** @throws CameoError NOT_FOUND when there is none that the actor may see. */
export async function requireRun(db: Queryable, actor: Actor, id: string): Promise<TrainingRunRow> {
  const run = await runById(db, actor, id);
  if (run) return run;
  throw new CameoError('NOT_FOUND', `There is no run with the id ${id}.`, ['id']);
}

/** The newest runs of each model, in one statement. */
export async function runsOf(
  db: Queryable,
  modelIds: readonly number[],
  first: number,
): Promise<TrainingRunRow[][]> {
  const limit = Math.min(Math.max(Math.trunc(first), 1), 100);
  const rows = await db.query<TrainingRunRow>(sql`
    select page.* from unnest(${modelIds}::int[]) as wanted(id) cross join lateral (
      select ${COLUMNS} from ${RUNS} where r.model_id = wanted.id order by r.id desc limit ${limit}
    ) page`);
  return groupInOrder(modelIds, rows, (row) => row.modelId);
}

/** Notifies a change of a run when the transaction commits. */
export async function notifyRun(tx: Queryable, id: string): Promise<void> {
  await tx.query(sql`select pg_notify(${RUNS_CHANNEL}, ${id})`);
}
