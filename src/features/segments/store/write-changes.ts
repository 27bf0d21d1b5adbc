import sql from 'sql-template-tag';
import type { Queryable } from '../../../db.ts';

/** An entry into a segment or an exit from it. */
export interface Change {
  readonly segmentId: number;
  readonly customerId: number;
  readonly entered: boolean;
  readonly at: Date;
}

/** The channel on which changes are made known; see `announce`. */
export const SEGMENT_CHANNEL = 'cameo_segments';

/**
 * Writes entries and exits, in order of time a customer, with the outbox, in the caller's transaction.
 * A stay that begins again at the instant at which it ended goes on.
 */
export async function writeChanges(tx: Queryable, changes: readonly Change[]): Promise<void> {
  // One customer may enter and leave at several instants: one statement an instant and direction.
  const instants = new Map<string, Change[]>();
  for (const change of [...changes].sort((a, b) => a.at.getTime() - b.at.getTime())) {
    const key = `${change.at.getTime()} ${change.entered}`;
    const together = instants.get(key);
    if (together) together.push(change);
    else instants.set(key, [change]);
  }
  for (const together of instants.values()) await writeTogether(tx, together);
}

async function writeTogether(tx: Queryable, changes: readonly Change[]): Promise<void> {
  const [first] = changes;
  if (!first) return;
  const rows = sql`unnest(${changes.map((c) => c.customerId)}::int4[], ${changes.map((c) => c.segmentId)}::int4[]) as x (customer_id, segment_id)`;
  const at = sql`${first.at.toISOString()}::timestamptz`;
  await tx.query(
    first.entered
      ? sql`
        insert into segment_membership as m (customer_id, segment_id, entered_at)
        select customer_id, segment_id, ${at} from ${rows}
        on conflict (customer_id, segment_id, entered_at) do update set exited_at = null`
      : sql`
        update segment_membership m
        set exited_at = greatest(m.entered_at, ${at}), next_transition_at = null
        from ${rows}
        where m.customer_id = x.customer_id and m.segment_id = x.segment_id and m.exited_at is null`,
  );
  await tx.query(sql`
    insert into segment_change (customer_id, segment_id, entered, at)
    select customer_id, segment_id, ${first.entered}, ${at} from ${rows}`);
}

/**
 * Follows up on the changes that this transaction has put in the outbox: sizes, webhooks, and a
 * notification a segment with `{ segment: key, batch }` - `changesOfBatch` reads what it stands for.
 * Call it once, at the end of the transaction.
 */
export async function announce(tx: Queryable): Promise<void> {
  await tx.query(sql`
    with made as (
      select segment_id, sum(case when entered then 1 else -1 end)::int as growth
      from segment_change where batch = pg_current_xact_id()::text::int8 group by segment_id
    ), sized as (
      update segment s set size = s.size + made.growth from made where s.id = made.segment_id
      returning s.id, s.key
    )
    select pg_notify(${SEGMENT_CHANNEL}, json_build_object('segment', key, 'batch', pg_current_xact_id()::text)::text)
    from sized`);
  await tx.query(sql`
    insert into webhook_delivery (endpoint_id, body, next_attempt_at)
    select w.id, jsonb_build_object(
             'type', case when c.entered then 'segment.entered' else 'segment.exited' end,
             'change', c.id::text, 'segment', s.key, 'domain', d.key,
             'customer', c.customer_id::text, 'at', to_char(c.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')),
           '-infinity'
    from segment_change c
    join segment s on s.id = c.segment_id
    join domain d on d.id = s.domain_id
    join webhook_endpoint w on w.domain_id = s.domain_id and w.disabled_at is null
      and (w.segments = '{}' or s.key = any(w.segments))
    where c.batch = pg_current_xact_id()::text::int8`);
}

export interface ChangeRow {
  readonly id: number;
  readonly segment: string;
  readonly customerId: number;
  readonly entered: boolean;
  readonly at: Date;
}

/** What a notification stands for. */
export async function changesOfBatch(
  db: Queryable,
  segment: string,
  batch: string,
): Promise<ChangeRow[]> {
  return db.query<ChangeRow>(sql`
    select c.id, s.key as segment, c.customer_id as "customerId", c.entered, c.at
    from segment_change c join segment s on s.id = c.segment_id
    where c.batch = ${batch}::int8 and s.key = ${segment} order by c.id`);
}

/** The id of a segment's newest change; 0 before the first. */
export async function newestChange(db: Queryable, segmentId: number): Promise<number> {
  const [row] = await db.query<{ id: number }>(
    sql`select coalesce(max(id), 0) as id from segment_change where segment_id = ${segmentId}`,
  );
  return row?.id ?? 0;
}
