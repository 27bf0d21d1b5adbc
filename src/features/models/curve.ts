import sql from 'sql-template-tag';
import type { Queryable } from '../../db.ts';
import type { CurvePoint } from '../../ml/run/messages.ts';
import { groupInOrder } from '../batch.ts';

/** The curves of each run, by split, metric and step, in one statement. */
export async function curvesOf(db: Queryable, runIds: readonly string[]): Promise<CurvePoint[][]> {
  const rows = await db.query<CurvePoint & { runId: string }>(sql`
    select run_id as "runId", step, split, metric, value from training_run_curve
    where run_id = any(${runIds}::uuid[]) order by run_id, split, metric, step`);
  return groupInOrder(runIds, rows, (row) => row.runId);
}
