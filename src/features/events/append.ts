import sql from 'sql-template-tag';
import type { Queryable } from '../../db.ts';
import type { Holder } from '../identity/graph.ts';
import type { CheckedEvent } from './check-event.ts';
import { copyLines } from './copy-lines.ts';

/** An event with the customer that it belongs to and the one that an unmerge would give it to. */
export interface LinkedEvent extends Holder {
  readonly event: CheckedEvent;
}

/** Appends events and takes their message ids. Fails with 23505 when another call took one first. */
export async function appendEvents(
  tx: Queryable,
  domainId: number,
  linked: readonly LinkedEvent[],
  now: Date,
): Promise<void> {
  if (linked.length === 0) return;
  await takeMessageIds(tx, domainId, linked);
  const createdAt = now.toISOString();
  await tx.copyIn(
    `COPY event (domain_id, customer_id, origin_customer_id, message_id, type, occurred_at,
       item_id, amount, currency, text, properties, created_at) FROM STDIN`,
    copyLines(eventRows(domainId, linked, createdAt)),
  );
  await seeCustomers(tx, linked);
}

function* eventRows(domainId: number, linked: readonly LinkedEvent[], createdAt: string) {
  for (const { event, customer, origin } of linked) {
    yield [
      domainId,
      customer,
      origin,
      event.messageId,
      event.type,
      event.occurredAt.toISOString(),
      event.itemId,
      event.amount,
      event.currency,
      event.text,
      event.properties,
      createdAt,
    ];
  }
}

/**
 * The receipt keeps the origin: whoever stands for that customer has the event, whatever is merged
 * or unmerged later. In ascending order, so that two calls with the same ids cannot deadlock.
 */
async function takeMessageIds(
  tx: Queryable,
  domainId: number,
  linked: readonly LinkedEvent[],
): Promise<void> {
  const ascending = linked
    .map(({ event, origin }) => ({ event, origin }))
    .sort((a, b) => (a.event.messageId < b.event.messageId ? -1 : 1));
  await tx.copyIn(
    'COPY event_receipt (domain_id, message_id, customer_id, occurred_at) FROM STDIN',
    copyLines(
      ascending.map(({ event, origin }) => [
        domainId,
        event.messageId,
        origin,
        event.occurredAt.toISOString(),
      ]),
    ),
  );
}

/** Widens first and last seen of the customers to these events. */
async function seeCustomers(tx: Queryable, linked: readonly LinkedEvent[]): Promise<void> {
  const spans = new Map<number, { first: number; last: number }>();
  for (const { event, customer } of linked) {
    const at = event.occurredAt.getTime();
    const span = spans.get(customer);
    if (!span) spans.set(customer, { first: at, last: at });
    else if (at < span.first) span.first = at;
    else if (at > span.last) span.last = at;
  }
  const text = (at: number) => new Date(at).toISOString();
  // Ascending, so that neighbours in the table and its indexes are met together.
  const ascending = [...spans].sort(([a], [b]) => a - b);
  await tx.query(sql`
    UPDATE customer
    SET first_seen_at = least(first_seen_at, first), last_seen_at = greatest(last_seen_at, last)
    FROM unnest(
      ${ascending.map(([id]) => id)}::int[],
      ${ascending.map(([, { first }]) => text(first))}::timestamptz[],
      ${ascending.map(([, { last }]) => text(last))}::timestamptz[]
    ) AS span(id, first, last)
    WHERE customer.id = span.id
      AND (first_seen_at IS NULL OR first < first_seen_at OR last > last_seen_at)`);
}
