import sql, { empty, join, type Sql } from 'sql-template-tag';
import type { Queryable } from '../../../db.ts';
import { milliseconds } from '../../milliseconds.ts';
import { eventPasses } from '../memory/event-value.ts';
import { byTimeThenArrival, type HistoryEvent } from '../memory/history.ts';
import type { EventStep } from '../rule/types.ts';
import { whereSql } from '../sql/step-sql.ts';
import { testedColumns } from './event-columns.ts';
import type { EventNeed } from './event-needs.ts';
import { slicesFrom, slicesUpTo } from './slices.ts';

type Events = ReadonlyMap<number, { readonly events: HistoryEvent[] }>;
type Row = HistoryEvent & { readonly customerId: number };

/**
 * Fills in all events that rules with these needs can see from `since` (milliseconds) on, future
 * ones included, in order. What is older than every window stays where it is: reading it would
 * touch a page an event in every partition.
 */
export async function loadEvents(
  tx: Queryable,
  needs: readonly EventNeed[],
  since: number,
  customers: Events,
): Promise<void> {
  if (needs.length === 0) return;
  await loadWindows(tx, needs, since, customers);
  for (const need of needs.filter(reachesBack)) {
    const border = since - need.age;
    const oldest = await oldestOf(tx, need.type, [...customers.keys()]);
    if (oldest === undefined || oldest >= border) continue;
    const columns = testedColumns([need]);
    const older: Row[] = [];
    for (const step of need.firsts) {
      const slices = slicesFrom(oldest, border);
      older.push(...(await search(tx, { step, columns, slices }, [...customers.keys()], 'asc')));
    }
    for (const step of need.lasts) {
      const slices = slicesUpTo(oldest, border);
      const ids = [...customers.keys()].filter(
        (id) => !hasMatch(customers.get(id)?.events, step, since),
      );
      older.push(...(await search(tx, { step, columns, slices }, ids, 'desc')));
    }
    addOnce(customers, older);
  }
  for (const { events } of customers.values()) events.sort(byTimeThenArrival);
}

const reachesBack = ({ age, firsts, lasts }: EventNeed) =>
  age < Number.POSITIVE_INFINITY && firsts.length + lasts.length > 0;

const instant = (ms: number): Sql => sql`${new Date(ms).toISOString()}::timestamptz`;

const selection = (columns: Sql): Sql => sql`
  e.customer_id as "customerId", e.id, e.type,
  ${milliseconds(sql`e.occurred_at`)} as "occurredAt"${columns}`;

/** One statement; the bound that all types share keeps old partitions out of it. */
async function loadWindows(
  tx: Queryable,
  needs: readonly EventNeed[],
  since: number,
  customers: Events,
): Promise<void> {
  const from = (age: number) =>
    age < Number.POSITIVE_INFINITY ? sql` and e.occurred_at >= ${instant(since - age)}` : empty;
  const longest = Math.max(...needs.map(({ age }) => age));
  const visible = needs.map(({ type, age }) => sql`(e.type = ${type}${from(age)})`);
  const rows = await tx.query<Row>(sql`
    select ${selection(testedColumns(needs))} from event e
    where e.customer_id = any(${[...customers.keys()]}::int4[])${from(longest)}
      and (${join(visible, ' or ')})`);
  for (const row of rows) customers.get(row.customerId)?.events.push(row);
}

/** When the oldest event of a type occurred in these customers' domains. */
async function oldestOf(
  tx: Queryable,
  type: string,
  customerIds: readonly number[],
): Promise<number | undefined> {
  const rows = await tx.query<{ oldest: Date | null }>(sql`
    select (select min(e.occurred_at) from event e where e.domain_id = d.id and e.type = ${type}) as oldest
    from (select distinct domain_id as id from customer where id = any(${customerIds}::int4[])) d`);
  const known = rows.flatMap(({ oldest }) => (oldest ? [oldest.getTime()] : []));
  return known.length > 0 ? Math.min(...known) : undefined;
}

interface Search {
  readonly step: EventStep;
  readonly columns: Sql;
  /** [from, to) in milliseconds, in the order of the search. */
  readonly slices: readonly (readonly [from: number, to: number])[];
}

/** The first match (ascending) or the newest (descending) of each customer that has one. */
async function search(
  tx: Queryable,
  { step, columns, slices }: Search,
  customerIds: readonly number[],
  order: 'asc' | 'desc',
): Promise<Row[]> {
  const found: Row[] = [];
  const open = new Set(customerIds);
  const by = order === 'asc' ? sql`e.occurred_at, e.id` : sql`e.occurred_at desc, e.id desc`;
  for (const [from, to] of slices) {
    if (open.size === 0) break;
    const rows = await tx.query<Row>(sql`
      select distinct on (e.customer_id) ${selection(columns)} from event e
      where e.customer_id = any(${[...open]}::int4[]) and e.type = ${step.type}
        and e.occurred_at >= ${instant(from)} and e.occurred_at < ${instant(to)}${whereSql(step.where)}
      order by e.customer_id, ${by}`);
    for (const row of rows) open.delete(row.customerId);
    found.push(...rows);
  }
  return found;
}

const hasMatch = (events: readonly HistoryEvent[] = [], step: EventStep, until: number): boolean =>
  events.some(
    (event) =>
      event.type === step.type && event.occurredAt <= until && eventPasses(event, step.where),
  );

/** Two steps may have found the same event. */
function addOnce(customers: Events, rows: readonly Row[]): void {
  for (const row of new Map(rows.map((row) => [row.id, row])).values())
    customers.get(row.customerId)?.events.push(row);
}
