import sql from 'sql-template-tag';
import type { Queryable } from '../../db.ts';
import { milliseconds } from '../milliseconds.ts';
import { MOST_MASKED } from './cut.ts';
import type { Subject } from './subjects.ts';

/** A text that a customer wrote. */
export interface Written {
  readonly eventId: number;
  readonly messageId: string;
  readonly type: string;
  /** Milliseconds. */
  readonly occurredAt: number;
  readonly text: string;
}

/** Characters: one more than is ever masked, so that a longer text is seen to go on. */
const MOST_READ = MOST_MASKED + 1;

type Row = Written & { readonly i: number };

const instants = (milliseconds: readonly (number | null)[]): (string | null)[] =>
  milliseconds.map((ms) => (ms === null ? null : new Date(ms).toISOString()));

/** The event that each subject is about, with its text; undefined where it is gone or has none. */
export async function textsOfEvents(
  db: Queryable,
  subjects: readonly Subject[],
): Promise<(Written | undefined)[]> {
  const asked = subjects.flatMap(({ event, customerId }, i) =>
    event ? [{ i, customerId, ...event }] : [],
  );
  const found = new Array<Written | undefined>(subjects.length).fill(undefined);
  if (asked.length === 0) return found;
  const rows = await db.prepared<Row>(
    'training_event_texts',
    sql`select u.i, e.id as "eventId", e.type, e.message_id as "messageId",
        left(e.text, ${MOST_READ}::int) as text,
        ${milliseconds(sql`e.occurred_at`)} as "occurredAt"
      from unnest(
        ${asked.map(({ i }) => i)}::int[], ${asked.map(({ customerId }) => customerId)}::int[],
        ${instants(asked.map(({ occurredAt }) => occurredAt))}::timestamptz[],
        ${asked.map(({ messageId }) => messageId)}::text[]
      ) as u(i, customer_id, occurred_at, message_id)
      join event e on e.customer_id = u.customer_id and e.occurred_at = u.occurred_at
        and e.message_id = u.message_id
      where e.text is not null`,
  );
  for (const { i, ...written } of rows) found[i] = written;
  return found;
}

/** The last texts of each subject's customer by its instant, newest first. */
export async function lastTexts(
  db: Queryable,
  subjects: readonly Subject[],
  most: number,
): Promise<Written[][]> {
  const found: Written[][] = subjects.map(() => []);
  const rows = await db.prepared<Row>(
    'training_last_texts',
    sql`select u.i, e.id as "eventId", e.type, e.message_id as "messageId",
        left(e.text, ${MOST_READ}::int) as text,
        ${milliseconds(sql`e.occurred_at`)} as "occurredAt"
      from unnest(
        ${subjects.map((_, i) => i)}::int[], ${subjects.map(({ customerId }) => customerId)}::int[],
        ${instants(subjects.map(({ at }) => at))}::timestamptz[]
      ) as u(i, customer_id, at)
      cross join lateral (
        select * from event
        where event.customer_id = u.customer_id and event.occurred_at <= u.at
          and event.text is not null
        order by event.occurred_at desc, event.id desc limit ${most}::int
      ) e
      order by u.i, e.occurred_at desc, e.id desc`,
  );
  for (const { i, ...written } of rows) found[i]?.push(written);
  return found;
}
