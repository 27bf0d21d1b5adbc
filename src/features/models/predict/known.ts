import sql from 'sql-template-tag';
import type { Queryable } from '../../../db.ts';

/** What is predicted of a customer for a task. */
export interface Known {
  readonly customerId: number;
  readonly task: string;
  readonly versionId: number;
  readonly inputHash: string;
  readonly value: unknown;
  readonly probability: number | null;
  /** It was predicted of a customer that has been merged into this one. */
  readonly moved: boolean;
}

/** What is predicted of these customers for these tasks, by customer and task. */
export async function knownOf(
  db: Queryable,
  tasks: readonly string[],
  ids: readonly number[],
): Promise<Map<number, Map<string, Known>>> {
  const rows = await db.query<Known>(sql`
    select customer_id as "customerId", task, version_id as "versionId",
      input_hash as "inputHash", value, probability, origin_customer_id is not null as moved
    from prediction where task = any(${tasks}::text[]) and customer_id = any(${ids}::int[])`);
  const known = new Map<number, Map<string, Known>>();
  for (const row of rows) {
    const own = known.get(row.customerId) ?? new Map<string, Known>();
    known.set(row.customerId, own.set(row.task, row));
  }
  return known;
}
