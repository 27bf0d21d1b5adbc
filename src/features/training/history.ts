import sql from 'sql-template-tag';
import type { Queryable } from '../../db.ts';
import { milliseconds } from '../milliseconds.ts';
import type { Subject } from './subjects.ts';

/** What a customer did, without what they wrote. */
export interface Done {
  readonly eventId: number;
  readonly type: string;
  /** Milliseconds. */
  readonly occurredAt: number;
  readonly amount: number | null;
  readonly currency: string | null;
  readonly properties: Readonly<Record<string, unknown>>;
}

export interface Trait {
  readonly name: string;
  readonly value: unknown;
}

const columnsOf = (subjects: readonly Subject[]) => ({
  customers: subjects.map(({ customerId }) => customerId),
  instants: subjects.map(({ at }) => new Date(at).toISOString()),
});

/** The last events of each subject's customer by its instant, newest first. */
export async function lastEvents(
  db: Queryable,
  subjects: readonly Subject[],
  most: number,
): Promise<Done[][]> {
  const { customers, instants } = columnsOf(subjects);
  const rows = await db.prepared<Done & { i: number }>(
    'training_last_events',
    sql`select u.i::int - 1 as i, e.id as "eventId", e.type, e.amount, e.currency, e.properties,
        ${milliseconds(sql`e.occurred_at`)} as "occurredAt"
      from unnest(${customers}::int[], ${instants}::timestamptz[])
        with ordinality as u(customer_id, at, i)
      cross join lateral (
        select * from event
        where event.customer_id = u.customer_id and event.occurred_at <= u.at
        order by event.occurred_at desc, event.id desc limit ${most}::int
      ) e
      order by u.i, e.occurred_at desc, e.id desc`,
  );
  return inOrder(subjects, rows);
}

/** The traits of each subject's customer as of its instant, by name. */
export async function traitsAsOf(db: Queryable, subjects: readonly Subject[]): Promise<Trait[][]> {
  const { customers, instants } = columnsOf(subjects);
  const rows = await db.prepared<Trait & { i: number }>(
    'training_traits',
    sql`select u.i::int - 1 as i, t.name, t.value
      from unnest(${customers}::int[], ${instants}::timestamptz[])
        with ordinality as u(customer_id, at, i)
      cross join lateral (
        select distinct on (v.name) v.name, v.value from trait_value v
        where v.customer_id = u.customer_id and v.at <= u.at
        order by v.name, v.at desc, v.id desc
      ) t
      where t.value <> 'null'
      order by u.i, t.name collate "C"`,
  );
  return inOrder(subjects, rows);
}

function inOrder<Row extends { readonly i: number }>(
  subjects: readonly Subject[],
  rows: readonly Row[],
): Row[][] {
  const found: Row[][] = subjects.map(() => []);
  for (const row of rows) found[row.i]?.push(row);
  return found;
}
