import sql, { empty, join, type Sql } from 'sql-template-tag';
import type { AggregateSpec } from './aggregate.ts';
import { fieldType } from './event-field.ts';
import { fieldSql, numberSql, textSql, whereSql } from './field-sql.ts';

/**
 * One aggregate over the events `e` of a group. Sums and means run in numeric: they come out the
 * same whatever order the events are read in, which floating point would not.
 * @param windowStart the earliest instant that is inside, where there is a window
 */
export function aggregateSql(spec: AggregateSpec, windowStart: Sql | undefined): Sql {
  const conditions = [
    ...(windowStart ? [sql`e.occurred_at >= ${windowStart}`] : []),
    ...whereSql(spec.where ?? {}),
  ];
  const filter = conditions.length === 0 ? empty : sql`filter (where ${join(conditions, ' and ')})`;
  return build(spec, spec.field ?? '', filter);
}

function build({ name, fraction }: AggregateSpec, field: string, filter: Sql): Sql {
  const exact = (): Sql => sql`${numberSql(field)}::numeric`;
  switch (name) {
    case 'count':
      return sql`count(*) ${filter}`;
    case 'sum':
      return sql`coalesce(sum(${exact()}) ${filter}, 0)::float8`;
    case 'mean':
      return sql`(avg(${exact()}) ${filter})::float8`;
    case 'stddev':
      return sql`(stddev_samp(${exact()}) ${filter})::float8`;
    case 'percentile':
      return sql`percentile_cont(${fraction}::float8) within group (order by ${numberSql(field)}::float8) ${filter}`;
    case 'min':
      return sql`min(${orderedSql(field)}) ${filter}`;
    case 'max':
      return sql`max(${orderedSql(field)}) ${filter}`;
    case 'countDistinct':
      return sql`count(distinct ${textSql(field)}) ${filter}`;
    case 'mostFrequent':
      return sql`mode() within group (order by ${textSql(field)} collate "C") ${filter}`;
    case 'first':
      if (field === 'occurredAt') return sql`min(e.occurred_at) ${filter}`;
      return sql`(array_agg(${fieldSql(field)} order by e.occurred_at, e.id) ${filter})[1]`;
    case 'last':
      if (field === 'occurredAt') return sql`max(e.occurred_at) ${filter}`;
      return sql`(array_agg(${fieldSql(field)} order by e.occurred_at desc, e.id desc) ${filter})[1]`;
  }
}

const orderedSql = (field: string): Sql =>
  fieldType(field, field).kind === 'timestamp' ? fieldSql(field) : sql`${numberSql(field)}::float8`;
