import sql, { empty } from 'sql-template-tag';
import { type Actor, requireRole } from '../../auth.ts';
import type { Deps } from '../../context.ts';
import { type JobRun, type JobState, runColumns } from './run.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** One run; undefined when there is none with this id. */
export async function jobById(deps: Deps, actor: Actor, id: string): Promise<JobRun | undefined> {
  requireRole(actor, 'reader');
  if (!UUID.test(id)) return undefined;
  const [run] = await deps.db.prepared<JobRun>(
    'job_by_id',
    sql`select ${runColumns} from job_run where id = ${id}::uuid`,
  );
  return run;
}

export interface RecentJobs {
  readonly states?: readonly JobState[];
  readonly name?: string;
  /** 1 to 100; 20 when absent. */
  readonly first?: number;
  /** The `id` of the run to go on after: older runs follow. */
  readonly after?: string;
}

/** The newest runs first. Ids grow with time, so they are the cursor too. */
export async function recentJobs(
  deps: Deps,
  actor: Actor,
  { states, name, first = 20, after }: RecentJobs = {},
): Promise<JobRun[]> {
  requireRole(actor, 'reader');
  const limit = Math.min(Math.max(Math.trunc(first), 1), 100);
  return deps.db.query<JobRun>(sql`
    select ${runColumns} from job_run
    where true
      ${states ? sql`and state = any(${states}::"JobState"[])` : empty}
      ${name === undefined ? empty : sql`and name = ${name}`}
      ${after !== undefined && UUID.test(after) ? sql`and id < ${after}::uuid` : empty}
    order by id desc
    limit ${limit}`);
}

/** The runs that have failed for good, newest first; `retryJob` gives one another chance. */
export function deadJobs(
  deps: Deps,
  actor: Actor,
  page: Pick<RecentJobs, 'first' | 'after'> = {},
): Promise<JobRun[]> {
  return recentJobs(deps, actor, { ...page, states: ['FAILED'] });
}
