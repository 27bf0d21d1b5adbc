import sql from 'sql-template-tag';
import type { Actor } from '../../auth.ts';
import type { Queryable } from '../../db.ts';
import { groupInOrder } from '../batch.ts';
import { type Page, type PageArguments, readPage } from '../page.ts';
import { type SegmentRow, segmentsByKey } from './segment.ts';

export interface MembershipRow {
  readonly customerId: number;
  readonly segment: SegmentRow;
  readonly enteredAt: Date;
  readonly exitedAt: Date | null;
  /** When the passing of time alone could end the stay; null for never and for stays that ended. */
  readonly nextTransitionAt: Date | null;
}

/** A stay is of an instant when it began at or before it and had not ended: [entered, exited). */
const during = (at: Date | undefined) =>
  at === undefined
    ? sql`m.exited_at is null`
    : sql`m.entered_at <= ${at.toISOString()}::timestamptz
          and (m.exited_at is null or m.exited_at > ${at.toISOString()}::timestamptz)`;

/**
 * The segments that each customer is in, or was in at a past instant, by key; in the order of
 * `customerIds`. Two statements whatever their number.
 */
export async function segmentsOf(
  db: Queryable,
  actor: Actor,
  customerIds: readonly number[],
  at?: Date,
): Promise<MembershipRow[][]> {
  const rows = await db.prepared<Omit<MembershipRow, 'segment'> & { key: string }>(
    at ? 'segments_of_then' : 'segments_of_now',
    sql`
    select m.customer_id as "customerId", s.key, m.entered_at as "enteredAt",
           m.exited_at as "exitedAt", m.next_transition_at as "nextTransitionAt"
    from segment_membership m join segment s on s.id = m.segment_id
    where m.customer_id = any(${customerIds}::int4[]) and ${during(at)}
    order by m.customer_id, s.key, m.entered_at`,
  );
  const keys = [...new Set(rows.map((row) => row.key))];
  const segments = await segmentsByKey(db, actor, keys);
  const byKey = new Map(keys.map((key, index) => [key, segments[index]]));
  const stays = rows.flatMap(({ key, ...row }) => {
    const segment = byKey.get(key);
    return segment ? [{ ...row, segment }] : [];
  });
  return groupInOrder(customerIds, stays, (row) => row.customerId);
}

/**
 * A page of the ids of a segment's members, now or at a past instant.
 * @throws CameoError BAD_INPUT for a page size outside 1 to 100 or a foreign cursor.
 */
export async function membersOf(
  db: Queryable,
  segment: Pick<SegmentRow, 'id'>,
  args: PageArguments & { readonly at?: Date | null },
): Promise<Page<{ id: number }>> {
  const byId = {
    expression: sql`m.customer_id`,
    cast: sql`int4`,
    descending: false,
    value: (row: { id: number }) => row.id,
  };
  return readPage(args, [byId], (where, order, limit) =>
    db.query<{ id: number }>(sql`
      select m.customer_id as id from segment_membership m
      where m.segment_id = ${segment.id} and ${during(args.at ?? undefined)} and ${where}
      group by m.customer_id order by ${order} limit ${limit}`),
  );
}

/** How many members there are, now or at a past instant. */
export async function countMembers(
  db: Queryable,
  segment: Pick<SegmentRow, 'id'>,
  at?: Date,
): Promise<number> {
  const [row] = await db.query<{ n: number }>(sql`
    select count(distinct m.customer_id) as n from segment_membership m
    where m.segment_id = ${segment.id} and ${during(at)}`);
  return row?.n ?? 0;
}
