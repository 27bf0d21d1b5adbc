import sql, { type Sql } from 'sql-template-tag';
import type { Queryable } from '../../../db.ts';

/** When time alone may change a customer's standing in a segment; undefined for never. */
export interface Plan {
  readonly customerId: number;
  readonly segmentId: number;
  readonly next: number | undefined;
  /** Whether the customer is a member now. */
  readonly member: boolean;
}

/**
 * Stores when to look again, for members and others; the members' own rows show it too. Each
 * statement gets the rows that it is about: joined with more, it would read its whole table.
 */
export async function writePlans(tx: Queryable, plans: readonly Plan[]): Promise<void> {
  const [never, sometime] = [true, false].map((gone) =>
    plans.filter(({ next }) => (next === undefined) === gone),
  );
  if (never?.length)
    await tx.query(sql`
      delete from segment_transition t using ${planRows(never)}
      where t.customer_id = x.customer_id and t.segment_id = x.segment_id`);
  if (sometime?.length)
    await tx.query(sql`
      insert into segment_transition (customer_id, segment_id, at)
      select customer_id, segment_id, next from ${planRows(sometime)}
      on conflict (customer_id, segment_id) do update set at = excluded.at`);
  const members = plans.filter(({ member }) => member);
  if (members.length > 0)
    await tx.query(sql`
      update segment_membership m set next_transition_at = x.next from ${planRows(members)}
      where m.customer_id = x.customer_id and m.segment_id = x.segment_id and m.exited_at is null
        and m.next_transition_at is distinct from x.next`);
}

const planRows = (plans: readonly Plan[]): Sql => sql`unnest(
  ${plans.map((plan) => plan.customerId)}::int4[], ${plans.map((plan) => plan.segmentId)}::int4[],
  ${plans.map(({ next }) => (next === undefined ? null : new Date(next).toISOString()))}::timestamptz[]
) as x (customer_id, segment_id, next)`;
