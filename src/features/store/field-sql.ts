import sql, { join, raw, type Sql } from 'sql-template-tag';
import { propertyPath } from './event-field.ts';
import type { Condition, Where } from './where.ts';

const COLUMNS: Record<string, string> = {
  occurredAt: 'e.occurred_at',
  createdAt: 'e.created_at',
  type: 'e.type',
  itemId: 'e.item_id',
  amount: 'e.amount',
  currency: 'e.currency',
  text: 'e.text',
  'text.length': 'char_length(e.text)',
  messageId: 'e.message_id',
};

/** A field of event `e` as it is: JSON where it is a property, and JSON's null is SQL's. */
export function fieldSql(field: string): Sql {
  const path = propertyPath(field);
  if (!path) return raw(COLUMNS[field] ?? 'null');
  return sql`nullif(e.properties #> ${path}::text[], 'null'::jsonb)`;
}

/** The field as text. */
export function textSql(field: string): Sql {
  const path = propertyPath(field);
  return path ? sql`(e.properties #>> ${path}::text[])` : sql`(${fieldSql(field)})::text`;
}

/** The field as a number; a property that is none is missing. */
export function numberSql(field: string): Sql {
  const path = propertyPath(field);
  if (!path) return fieldSql(field);
  return sql`(case when jsonb_typeof(e.properties #> ${path}::text[]) = 'number'
    then (e.properties #>> ${path}::text[])::float8 end)`;
}

const COMPARISONS = { lt: '<', lte: '<=', gt: '>', gte: '>=' } as const;

export const whereSql = (where: Where): Sql[] =>
  Object.entries(where).flatMap(([field, condition]) =>
    condition === undefined ? [] : conditionSql(field, condition),
  );

function conditionSql(field: string, condition: Condition): Sql[] {
  if (typeof condition !== 'object') return [equals(field, condition)];
  const { eq, ne, exists } = condition;
  const all: Sql[] = [];
  if (eq !== undefined) all.push(equals(field, eq));
  if (ne !== undefined) all.push(sql`${equals(field, ne)} is not true`);
  if (condition.in) {
    const each = condition.in.map((value) => equals(field, value));
    all.push(each.length === 0 ? sql`false` : sql`(${join(each, ' or ')})`);
  }
  if (exists !== undefined) {
    all.push(sql`${fieldSql(field)} is ${raw(exists ? 'not null' : 'null')}`);
  }
  for (const [name, operator] of Object.entries(COMPARISONS)) {
    const bound = condition[name as keyof typeof COMPARISONS];
    if (bound !== undefined) all.push(sql`${numberSql(field)} ${raw(operator)} ${bound}::float8`);
  }
  return all;
}

function equals(field: string, value: string | number | boolean): Sql {
  if (typeof value === 'number') return sql`(${numberSql(field)} = ${value}::float8)`;
  if (typeof value === 'boolean') return sql`(${fieldSql(field)} = to_jsonb(${value}::bool))`;
  return sql`(${textSql(field)} = ${value}::text)`;
}
