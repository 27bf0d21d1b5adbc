import sql from 'sql-template-tag';
import type { Queryable } from '../../../db.ts';

/** When time alone may change a customer's standing in a segment; undefined for never. */
export interface Plan {
  readonly customerId: number;
  readonly segmentId: number;
  readonly next: number | undefined;
}

/** Stores when to look again, for members and others; the members' own rows show it too. */
export async function writePlans(tx: Queryable, plans: readonly Plan[]): Promise<void> {
  if (plans.length === 0) return;
  const rows = sql`unnest(
    ${plans.map((plan) => plan.customerId)}::int4[], ${plans.map((plan) => plan.segmentId)}::int4[],
    ${plans.map((plan) => (plan.next === undefined ? null : new Date(plan.next).toISOString()))}::timestamptz[]
  ) as x (customer_id, segment_id, next)`;
  await tx.query(sql`
    delete from segment_transition t using ${rows}
    where t.customer_id = x.customer_id and t.segment_id = x.segment_id and x.next is null`);
  await tx.query(sql`
    insert into segment_transition (customer_id, segment_id, at)
    select customer_id, segment_id, next from ${rows} where next is not null
    on conflict (customer_id, segment_id) do update set at = excluded.at`);
  await tx.query(sql`
    update segment_membership m set next_transition_at = x.next from ${rows}
    where m.customer_id = x.customer_id and m.segment_id = x.segment_id and m.exited_at is null
      and m.next_transition_at is distinct from x.next`);
}
