import sql, { join, raw, type Sql } from 'sql-template-tag';
import { isCustomer } from './entity.ts';
import type { Components } from './key.ts';
import type { Group } from './plan.ts';
import type { Executor } from './postgres.ts';
import { featureColumn, historyTable, keyColumn, milliseconds } from './tables.ts';
import { type KnownAt, knownSql, windowSql } from './window-sql.ts';

/** A view's row as it is read: when it became true, and its values as PostgreSQL gave them. */
export interface ViewRow {
  readonly eventMs: number;
  readonly values: readonly unknown[];
  /** Where a spec's value is; absent = in the order of the group's specs. */
  readonly layout?: readonly number[];
}

/** What to look up in one group: a key and an instant for each `i`. */
export interface Lookups {
  readonly group: Group;
  readonly i: readonly number[];
  readonly keys: readonly Components[];
  readonly at: readonly Date[];
}

/** The rows that were true at each look-up's instant, by its `i`; none where there was none. */
export function readAsOf(
  db: Executor,
  lookups: Lookups,
  knownAt: KnownAt,
): Promise<Map<number, ViewRow>> {
  const { source } = lookups.group.stored.view;
  return source.kind === 'pushed'
    ? readPushed(db, lookups, knownAt)
    : readEvents(db, lookups, knownAt);
}

type Raw = Record<string, unknown> & { i: number; e: number | string };

/** One index descent for each look-up: the index is in the order in which rows win. */
async function readPushed(
  db: Executor,
  { group, i, keys, at }: Lookups,
  knownAt: KnownAt,
): Promise<Map<number, ViewRow>> {
  const { view } = group.stored;
  const { keys: names } = view.entity;
  const type = raw(isCustomer(view.entity) ? 'int4[]' : 'text[]');
  const arrays = names.map((_, index) => sql`${keys.map((key) => key[index])}::${type}`);
  const same = names.map((name, index) => sql`h.${keyColumn(name)} = r.${raw(`k${index}`)} and`);
  const columns = group.specs.map(
    (spec, index) => sql`, h.${featureColumn(spec.name)} as ${raw(`c${index}`)}`,
  );
  const rows = await db.query<Raw>(sql`
    select r.i, v.*
    from unnest(${i}::int[], ${at}::timestamptz[] ${joined(arrays)})
      as r(i, at ${joined(names.map((_, index) => raw(`k${index}`)))}),
    lateral (
      select ${milliseconds(sql`h.event_at`)}::float8 as e ${all(columns)}
      from ${historyTable(view)} h
      where ${all(same)} h.event_at <= r.at ${knownSql(knownAt, sql`h.created_at`)}
      order by h.event_at desc, h.created_at desc nulls last, h.seq desc
      limit 1) v`);
  return toRows(rows, group);
}

async function readEvents(
  db: Executor,
  { group, i, keys, at }: Lookups,
  knownAt: KnownAt,
): Promise<Map<number, ViewRow>> {
  const { view } = group.stored;
  const latest = new Date(at.reduce((so, it) => Math.max(so, it.getTime()), 0));
  const window = windowSql({
    view,
    specs: group.specs,
    knownAt,
    rows: sql`select * from unnest(${i}::int[], ${keys.map((key) => key[0])}::int[], ${at}::timestamptz[])
      as u(i, customer_id, at)`,
    scope: sql`and e.occurred_at <= ${latest}::timestamptz`,
  });
  const columns = group.specs.map((_, index) => sql`, q.${raw(`c${index}`)}`);
  const rows = await db.query<Raw>(
    sql`select q.i, ${milliseconds(sql`q.event_at`)}::float8 as e ${all(columns)} from (${window}) q`,
  );
  return toRows(rows, group);
}

function toRows(rows: readonly Raw[], group: Group): Map<number, ViewRow> {
  const names = group.specs.map((_, index) => `c${index}`);
  return new Map(
    rows.map((row) => [row.i, { eventMs: Number(row.e), values: names.map((name) => row[name]) }]),
  );
}

const all = (parts: readonly Sql[]): Sql => join([sql``, ...parts], '\n');
const joined = (parts: readonly Sql[]): Sql => join([sql``, ...parts], ', ');
