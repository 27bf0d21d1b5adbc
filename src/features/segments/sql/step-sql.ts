import sql, { empty, join, type Sql } from 'sql-template-tag';
import type { EventStep, PropertyCondition } from '../rule/types.ts';
import { testSql, type ValueKind } from './value-sql.ts';

// Maps, not objects: a property may well be called "constructor".
const COLUMNS: ReadonlyMap<string, readonly [kind: ValueKind, column: Sql]> = new Map([
  ['amount', ['number', sql`e.amount`]],
  ['currency', ['text', sql`e.currency`]],
  ['itemId', ['text', sql`e.item_id`]],
  ['text', ['text', sql`e.text`]],
]);

const utc = sql`(e.occurred_at at time zone 'UTC')`;
const DERIVED: ReadonlyMap<string, Sql> = new Map([
  ['$weekday', sql`extract(isodow from ${utc})::float8`],
  ['$hour', sql`extract(hour from ${utc})::float8`],
  ['$month', sql`extract(month from ${utc})::float8`],
]);

/** ` and ...` for a step's conditions on the event `e`; empty when it has none. */
export function whereSql(where: readonly PropertyCondition[] | undefined): Sql {
  return where?.length ? sql` and ${allSql(where)}` : empty;
}

/** Whether the event `e` passes all conditions. */
export function allSql(where: readonly PropertyCondition[] | undefined): Sql {
  return where?.length ? join(where.map(conditionSql), ' and ') : sql`true`;
}

/** Whether the event `e` is of the step's type and passes its conditions. */
export function stepSql(step: EventStep): Sql {
  return sql`(e.type = ${step.type}${whereSql(step.where)})`;
}

function conditionSql(condition: PropertyCondition): Sql {
  const { name } = condition;
  const derived = DERIVED.get(name);
  if (derived) return testSql(condition, 'number', derived);
  const property = sql`nullif(e.properties -> ${name}::text, 'null'::jsonb)`;
  const column = COLUMNS.get(name);
  if (!column) return testSql(condition, 'json', property);
  const [kind, value] = column;
  return sql`(case when ${value} is not null then ${testSql(condition, kind, value)} else ${testSql(condition, 'json', property)} end)`;
}
