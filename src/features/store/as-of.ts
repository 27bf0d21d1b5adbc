import sql, { empty, join, raw, type Sql } from 'sql-template-tag';
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

/** What to look up in one group: a key and an instant, in milliseconds, for each `i`. */
export interface Lookups {
  readonly group: Group;
  readonly i: readonly number[];
  readonly keys: readonly Components[];
  readonly at: readonly number[];
}

/** A row as PostgreSQL gives it: the look-up, the event time in ms, and `c0`, `c1`, ... by spec. */
export type RawRow = Readonly<Record<string, unknown>> & { readonly i: number; readonly e: number };

/** The rows that were true at each look-up's instant, however old; none where there was none. */
export function readAsOf(db: Executor, lookups: Lookups, knownAt: KnownAt): Promise<RawRow[]> {
  const { source } = lookups.group.stored.view;
  return db.query<RawRow>(
    source.kind === 'pushed' ? pushedSql(lookups, knownAt) : eventsSql(lookups, knownAt),
  );
}

export const toViewRow = (row: RawRow, { specs }: Group): ViewRow => ({
  eventMs: row.e,
  values: specs.map((_, index) => row[`c${index}`]),
});

/** One index descent for each look-up: the index is in the order in which rows win. */
function pushedSql({ group, i, keys, at }: Lookups, knownAt: KnownAt): Sql {
  const { view } = group.stored;
  const { keys: names } = view.entity;
  const type = raw(isCustomer(view.entity) ? 'int4[]' : 'text[]');
  const arrays = names.map((_, index) => sql`, ${textArray(keys, index)}::${type}`);
  const same = names.map((name, index) => sql`h.${keyColumn(name)} = r.${raw(`k${index}`)} and`);
  const columns = group.specs.map(
    (spec, index) => sql`, h.${featureColumn(spec.name)} as ${raw(`c${index}`)}`,
  );
  const aliases = names.map((_, index) => sql`, ${raw(`k${index}`)}`);
  return sql`
    select r.i, v.*
    from (select u.*, ${instantOf(sql`u.ms`)} as at
      from unnest(${numberArray(i)}::int[], ${numberArray(at)}::float8[] ${all(arrays)})
        as u(i, ms ${all(aliases)})) r,
    lateral (
      select round(date_part('epoch', h.event_at) * 1000) as e ${all(columns)}
      from ${historyTable(view)} h
      where ${all(same)} h.event_at <= r.at ${knownSql(knownAt, sql`h.created_at`)}
      order by h.event_at desc, h.created_at desc nulls last, h.seq desc
      limit 1) v`;
}

function eventsSql({ group, i, keys, at }: Lookups, knownAt: KnownAt): Sql {
  const { view } = group.stored;
  const latest = new Date(at.reduce((so, it) => Math.max(so, it), 0));
  const window = windowSql({
    view,
    specs: group.specs,
    knownAt,
    rows: sql`select u.i, u.customer_id, ${instantOf(sql`u.ms`)} as at
      from unnest(${numberArray(i)}::int[], ${textArray(keys, 0)}::int[], ${numberArray(at)}::float8[])
        as u(i, customer_id, ms)`,
    scope: sql`and e.occurred_at <= ${latest}::timestamptz`,
  });
  const columns = group.specs.map((_, index) => sql`, q.${raw(`c${index}`)}`);
  return sql`select q.i, ${milliseconds(sql`q.event_at`)}::float8 as e ${all(columns)}
    from (${window}) q`;
}

/** Exact to the millisecond, where adding seconds as a float would not be. */
const instantOf = (ms: Sql): Sql => sql`'epoch'::timestamptz + ${ms} * interval '1 millisecond'`;

/** Arrays as PostgreSQL writes them: many times faster than the driver's own for large ones. */
const numberArray = (numbers: readonly number[]): string => `{${numbers.join(',')}}`;

const textArray = (keys: readonly Components[], index: number): string =>
  `{${keys.map((key) => `"${(key[index] ?? '').replaceAll(/["\\]/g, '\\$&')}"`).join(',')}}`;

const all = (parts: readonly Sql[]): Sql => (parts.length === 0 ? empty : join(parts, ' '));
