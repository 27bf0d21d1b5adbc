import sql from 'sql-template-tag';
import type { Queryable } from '../../db.ts';
import { groupInOrder } from '../batch.ts';

export interface IdentityRow {
  readonly kind: string;
  readonly value: string;
  readonly createdAt: Date;
}

/** Each customer's identities by kind and value, in the order of `customerIds`. */
export async function identitiesOf(
  db: Queryable,
  customerIds: readonly number[],
): Promise<IdentityRow[][]> {
  const rows = await db.prepared<IdentityRow & { customerId: number }>(
    'identities_of',
    sql`select customer_id as "customerId", kind, value, created_at as "createdAt"
      from identity where customer_id = any(${customerIds}::int[]) order by kind, value`,
  );
  return groupInOrder(customerIds, rows, (row) => row.customerId);
}
