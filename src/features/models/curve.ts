import sql from 'sql-template-tag';
import type { Queryable } from '../../db.ts';
import type { CurvePoint } from '../../ml/run/messages.ts';
import { groupInOrder } from '../batch.ts';

/** A point of a curve, as the API shows it. */
export type CurveRow = CurvePoint;

/** The curves of each run, by split, metric and step, in one statement. */
export async function curvesOf(db: Queryable, runIds: readonly string[]): Promise<CurveRow[][]> {
  const rows = await db.query<CurveRow & { runId: string }>(sql`
    select run_id as "runId", step, split, metric, value from training_run_curve
    where run_id = any(${runIds}::uuid[]) order by run_id, split, metric, step`);
  return groupInOrder(runIds, rows, (row) => row.runId);
}
