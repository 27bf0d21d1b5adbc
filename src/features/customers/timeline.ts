import sql, { type Sql } from 'sql-template-tag';
import type { Queryable } from '../../db.ts';
import { groupInOrder } from '../batch.ts';
import {
  type Page,
  type PageArguments,
  pageOf,
  parseCursor,
  readWindow,
  type SortKey,
} from '../page.ts';

export interface EventRow {
  readonly id: number;
  readonly customerId: number;
  readonly messageId: string;
  readonly type: string;
  readonly occurredAt: Date;
  readonly createdAt: Date;
  readonly properties: unknown;
  readonly text: string | null;
  readonly amount: number | null;
  readonly currency: string | null;
  readonly itemId: string | null;
}

/** Which of a customer's events; `from` and `to` are both inside. */
export interface TimelineArguments extends PageArguments {
  readonly type?: readonly string[] | null;
  readonly from?: Date | null;
  readonly to?: Date | null;
}

export const EVENT_COLUMNS: Sql = sql`e.id, e.customer_id as "customerId",
  e.message_id as "messageId", e.type, e.occurred_at as "occurredAt", e.created_at as "createdAt",
  e.properties, e.text, e.amount, e.currency, e.item_id as "itemId"`;

const NEWEST_FIRST: readonly SortKey<EventRow>[] = [
  {
    expression: sql`e.occurred_at`,
    cast: sql`timestamptz`,
    descending: true,
    value: (row) => row.occurredAt.toISOString(),
  },
  { expression: sql`e.id`, cast: sql`bigint`, descending: true, value: (row) => row.id },
];

const END_OF_TIME = 'infinity';
const LAST_ID = '9223372036854775807';

/**
 * A page of events of each customer, newest first, in one statement for all of them.
 * @throws CameoError BAD_INPUT for a page size outside 1 to 100 or a foreign cursor.
 */
export async function timelinesOf(
  db: Queryable,
  customerIds: readonly number[],
  args: TimelineArguments,
): Promise<Page<EventRow>[]> {
  const window = readWindow(args);
  const [time, id] = window.cursor
    ? parseCursor(window.cursor, NEWEST_FIRST)
    : [END_OF_TIME, LAST_ID];
  const [only, ...others] = customerIds;
  // For one customer the planner sees that a plan kept over executions is as good as one made anew,
  // and over dozens of months planning costs more than reading.
  const alone = only !== undefined && others.length === 0;
  const wanted = alone ? sql`(values (${only}::int))` : sql`unnest(${customerIds}::int[])`;
  const rows = await db.prepared<EventRow>(
    alone ? 'timeline_of' : 'timelines_of',
    sql`select ${EVENT_COLUMNS}
      from ${wanted} as wanted(id) cross join lateral (
        select * from event
        where event.customer_id = wanted.id
          and (${args.type ?? null}::text[] is null or event.type = any(${args.type ?? null}::text[]))
          and event.occurred_at >= ${args.from ?? '-infinity'}::timestamptz
          and event.occurred_at <= ${args.to ?? END_OF_TIME}::timestamptz
          and (event.occurred_at, event.id) < (${time}::timestamptz, ${id}::bigint)
        order by event.occurred_at desc, event.id desc limit ${window.limit + 1}::int
      ) e`,
  );
  return groupInOrder(customerIds, rows, (row) => row.customerId).map((group) =>
    pageOf(group, window, NEWEST_FIRST),
  );
}
