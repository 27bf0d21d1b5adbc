import sql, { empty, join, raw, type Sql } from 'sql-template-tag';
import type { FeatureSpec } from './feature-spec.ts';
import type { StoredView } from './state.ts';
import { featureColumn, historyTable } from './tables.ts';

export interface Population {
  readonly stored: StoredView;
  /** Of a pushed view, rows whose event time is later than this; all without it. */
  readonly from: Date | undefined;
  readonly to: Date;
}

const NUMBERS = ['int', 'double'];

export const isNumber = ({ type }: FeatureSpec): boolean => NUMBERS.includes(type.kind);

/** The rows a view is judged by: its history where it is pushed, else what is computed now. */
export function populationSql(
  { stored, from, to }: Population,
  specs: readonly FeatureSpec[],
): Sql {
  const { id, view, columns } = stored;
  const earliest = from?.toISOString() ?? '-infinity';
  if (view.source.kind === 'pushed') {
    const values = specs.map(
      (spec, index) => sql`, ${cast(spec, featureColumn(spec.name))} as ${raw(`v${index}`)}`,
    );
    return sql`select event_at ${all(values)} from ${historyTable(view)}
      where event_at > ${earliest}::timestamptz and event_at <= ${to}::timestamptz`;
  }
  const values = specs.map((spec, index) => {
    const at = columns.findIndex((column) => column.name === spec.name);
    return sql`, (vals->>${at}::int)::${raw(isNumber(spec) ? 'float8' : 'text')} as ${raw(`v${index}`)}`;
  });
  return sql`select event_at ${all(values)} from feature_store.online_row
    where view_id = ${id}::int and event_at <= ${to}::timestamptz`;
}

const cast = (spec: FeatureSpec, value: Sql): Sql =>
  sql`(${value})::${raw(isNumber(spec) ? 'float8' : 'text')}`;

/** One row: `rows`, `newest`, and for each spec its nulls, distinct values and, of numbers, moments and quantiles. */
export function summarySql(population: Population, specs: readonly FeatureSpec[]): Sql {
  const parts = specs.flatMap((spec, index) => {
    const value = raw(`v${index}`);
    const common = [
      sql`avg((${value} is null)::int)::float8 as ${raw(`nulls${index}`)}`,
      sql`count(distinct ${value})::int as ${raw(`distinct${index}`)}`,
    ];
    if (!isNumber(spec)) return common;
    return [
      ...common,
      sql`avg(${value}) as ${raw(`mean${index}`)}`,
      sql`stddev_samp(${value}) as ${raw(`stddev${index}`)}`,
      sql`percentile_cont(array[0.01, 0.5, 0.99]) within group (order by ${value}) as ${raw(`points${index}`)}`,
      sql`percentile_disc(${QUANTILES}::float8[]) within group (order by ${value}) as ${raw(`edges${index}`)}`,
    ];
  });
  return sql`select count(*)::int as rows, max(event_at) as newest, ${join(parts)}
    from (${populationSql(population, specs)}) p`;
}

const QUANTILES = Array.from({ length: 21 }, (_, n) => n / 20);

/** The share of values that are at most each edge. */
export const sharesSql = (
  population: Population,
  spec: FeatureSpec,
  edges: readonly number[],
): Sql => sql`
  select avg((p.v0 <= e.edge)::int)::float8 as share
  from (${populationSql(population, [spec])}) p, unnest(${edges}::float8[]) with ordinality e(edge, o)
  where p.v0 is not null group by e.o order by e.o`;

/** The commonest texts and their shares of all values. */
export const commonSql = (population: Population, spec: FeatureSpec): Sql => sql`
  select p.v0 as value, (count(*) / sum(count(*)) over ())::float8 as share
  from (${populationSql(population, [spec])}) p
  where p.v0 is not null group by p.v0 order by 2 desc, p.v0 collate "C" limit 50`;

/** Rows by day (UTC) of their event time. */
export const daysSql = (population: Population): Sql => sql`
  select to_char(event_at at time zone 'UTC', 'YYYY-MM-DD') as day, count(*)::int as rows
  from (${populationSql(population, [])}) p group by 1 order by 1`;

const all = (parts: readonly Sql[]): Sql => (parts.length === 0 ? empty : join(parts, ' '));
