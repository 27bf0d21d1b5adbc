import sql from 'sql-template-tag';
import type { Queryable } from '../../db.ts';
import { groupInOrder } from '../batch.ts';
import type { Json } from '../segments/rule/types.ts';
import type { PredictedReason } from './predictor.ts';

export interface PredictionRow {
  readonly customerId: number;
  readonly task: string;
  readonly value: Json;
  readonly probability: number | null;
  readonly reasons: readonly PredictedReason[];
  readonly versionId: number;
  readonly at: Date;
}

/**
 * What is predicted of each customer now, by task; in the order of `customerIds`, in one statement. What
 * a model is not sure enough to say is left out.
 */
export async function predictionsOf(
  db: Queryable,
  customerIds: readonly number[],
  tasks?: readonly string[] | null,
): Promise<PredictionRow[][]> {
  const rows = await db.prepared<PredictionRow>(
    'predictions_of',
    sql`
    select customer_id as "customerId", task, value, probability, reasons,
           version_id as "versionId", at
    from prediction
    where customer_id = any(${customerIds}::int[]) and value is not null
      and (${tasks ?? null}::text[] is null or task = any(${tasks ?? null}::text[]))
    order by customer_id, task`,
  );
  return groupInOrder(customerIds, rows, (row) => row.customerId);
}
