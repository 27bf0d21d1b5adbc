import sql, { type Sql } from 'sql-template-tag';
import { milliseconds } from '../milliseconds.ts';
import { isObserved, nextBehaviours } from './observed.ts';
import type { RowsDeps, RowsRequest, RowsTask } from './request.ts';
import { streamRows } from './stream.ts';

/** Something that a row is about: a customer, or one event of theirs, as of an instant. */
export interface Subject {
  readonly customerId: number;
  /** Milliseconds: the row may use nothing later. */
  readonly at: number;
  /** The event that the label is about. */
  readonly event?: { readonly messageId: string; readonly occurredAt: number | null };
  /** Without an id where nobody imported it. */
  readonly label?: { readonly id: number | null; readonly value: unknown };
}

const PAGE = 5_000;

interface LabelRow {
  readonly id: number | null;
  readonly customerId: number;
  readonly messageId: string | null;
  readonly value: unknown;
  readonly at: number;
  readonly occurredAt: number | null;
}

/**
 * What the labels of a task are about, a page at a time, by customer and message: for each the newest
 * label that was true by `at`. Labels of merged customers are the living one's.
 */
export async function* labelledSubjects(
  { db, clock }: RowsDeps,
  { domain, task, at, oneIn = 1 }: RowsRequest,
): AsyncGenerator<Subject[]> {
  const until = at ?? clock.now();
  const statement = sql`
    select n.id, n.customer_id as "customerId", n.message_id as "messageId", n.value,
      ${milliseconds(sql`greatest(n.at, r.occurred_at)`)} as at,
      ${milliseconds(sql`r.occurred_at`)} as "occurredAt"
    from (${newestLabels(domain.id, task, until)}) n
    left join event_receipt r on r.domain_id = ${domain.id} and r.message_id = n.message_id
    where (r.occurred_at is null or r.occurred_at <= ${until}::timestamptz)
      and n.customer_id % ${oneIn}::int = 0
    order by n.customer_id, n.message_id collate "C" nulls first`;
  for await (const rows of streamRows<LabelRow>(db, statement, PAGE)) yield rows.map(toSubject);
}

/**
 * The newest label of each thing that is labelled: an event, or a customer. Of a task that events tell
 * (`isObserved`), what they tell, where nobody imported labels of it; those have no id.
 */
export const newestLabels = (
  domainId: number,
  { labels: task = '' }: Pick<RowsTask, 'labels'>,
  until: Date,
): Sql => {
  const imported = importedLabels(domainId, task, until);
  if (!isObserved(task)) return imported;
  return sql`
    select * from (${imported}) imported union all
    select * from (${nextBehaviours(domainId, until)}) observed
    where not exists (select from label where domain_id = ${domainId} and task = ${task})`;
};

const importedLabels = (domainId: number, task: string, until: Date): Sql => sql`
  select distinct on (l.customer_id, coalesce(l.message_id, '') collate "C")
    l.id, l.customer_id, l.message_id, l.value, l.at
  from label l
  where l.domain_id = ${domainId} and l.task = ${task} and l.at <= ${until}::timestamptz
  order by l.customer_id, coalesce(l.message_id, '') collate "C", l.at desc, l.id desc`;

const toSubject = ({ customerId, messageId, occurredAt, at, id, value }: LabelRow): Subject => ({
  customerId,
  at,
  ...(messageId !== null && { event: { messageId, occurredAt } }),
  label: { id, value },
});

/** Customers `c` of a domain that live, and were there by an instant. */
export const livingBy = (domainId: number, until: Date): Sql => sql`
  c.domain_id = ${domainId} and c.merged_into_id is null
    and (c.first_seen_at is null or c.first_seen_at <= ${until}::timestamptz)`;

/** All living customers of the domain that have done something by `at`, as of then. */
export async function* customerSubjects(
  { db, clock }: RowsDeps,
  { domain, at }: RowsRequest,
): AsyncGenerator<Subject[]> {
  const until = at ?? clock.now();
  const statement = sql`
    select c.id as "customerId" from customer c
    where ${livingBy(domain.id, until)} order by c.id`;
  for await (const rows of streamRows<{ customerId: number }>(db, statement, PAGE))
    yield rows.map(({ customerId }) => ({ customerId, at: until.getTime() }));
}
