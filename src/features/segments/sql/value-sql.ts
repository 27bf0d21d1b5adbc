import sql, { type Sql } from 'sql-template-tag';
import { parsePattern } from '../rule/pattern.ts';
import { patternToAre } from '../rule/pattern-sql.ts';
import type { Json, ValueTest } from '../rule/types.ts';

/** What a value expression is known to be; 'json' may be anything, SQL null is missing. */
export type ValueKind = 'json' | 'number' | 'text';

const NO = sql`false`;

/** A condition that is true or false, never null: the meaning of memory/test-value.ts in SQL. */
export function testSql(test: ValueTest, kind: ValueKind, value: Sql): Sql {
  switch (test.op) {
    case 'EXISTS':
      return sql`(${value} is not null)`;
    case 'NOT_EXISTS':
      return sql`(${value} is null)`;
    case 'NE':
      return sql`((${positive('EQ', test.value, kind, value)}) is not true)`;
    case 'NOT_IN':
      return sql`((${positive('IN', test.value, kind, value)}) is not true)`;
    default:
      return sql`((${positive(test.op, test.value, kind, value)}) is true)`;
  }
}

type Op = ValueTest['op'];

function positive(op: Op, expected: Json | undefined, kind: ValueKind, value: Sql): Sql {
  if (expected === undefined || expected === null) return NO;
  if (kind === 'number') return numberSql(op, expected, value);
  if (kind === 'text') return textSql(op, expected, value);
  return jsonSql(op, expected, value);
}

function numberSql(op: Op, expected: Json, value: Sql): Sql {
  if (op === 'IN') {
    const numbers = (expected as readonly Json[]).filter((entry) => typeof entry === 'number');
    return sql`${value} = any(${numbers}::float8[])`;
  }
  return typeof expected === 'number' ? comparison(op, value, sql`${expected}::float8`) : NO;
}

function textSql(op: Op, expected: Json, value: Sql): Sql {
  if (op === 'IN') {
    const texts = (expected as readonly Json[]).filter((entry) => typeof entry === 'string');
    return sql`${value} = any(${texts}::text[])`;
  }
  if (typeof expected !== 'string') return NO;
  switch (op) {
    case 'CONTAINS':
      return sql`strpos(${value}, ${expected}::text) > 0`;
    case 'STARTS_WITH':
      return sql`starts_with(${value}, ${expected}::text)`;
    case 'ENDS_WITH':
      return sql`right(${value}, char_length(${expected}::text)) = ${expected}::text`;
    case 'MATCHES':
      return sql`(${value}) collate "C" ~ ${patternToAre(parsePattern(expected))}::text`;
    default:
      return comparison(op, sql`(${value}) collate "C"`, sql`${expected}::text`);
  }
}

function jsonSql(op: Op, expected: Json, value: Sql): Sql {
  const json = JSON.stringify(expected);
  if (op === 'EQ') return sql`${value} = ${json}::jsonb`;
  if (op === 'IN') {
    const entries = (expected as readonly Json[]).map((entry) => JSON.stringify(entry));
    return sql`${value} = any(${entries}::text[]::jsonb[])`;
  }
  if (op === 'CONTAINS') return containsSql(expected, json, value);
  if (typeof expected === 'number')
    return sql`case when jsonb_typeof(${value}) = 'number' then ${comparison(op, value, sql`${json}::jsonb`)} end`;
  return sql`case when jsonb_typeof(${value}) = 'string' then ${textSql(op, expected, sql`(${value} #>> '{}')`)} end`;
}

function containsSql(expected: Json, json: string, value: Sql): Sql {
  const inText = textSql('CONTAINS', expected, sql`(${value} #>> '{}')`);
  return sql`case jsonb_typeof(${value}) when 'array' then ${value} @> ${json}::jsonb when 'string' then ${inText} end`;
}

function comparison(op: Op, left: Sql, right: Sql): Sql {
  switch (op) {
    case 'EQ':
      return sql`${left} = ${right}`;
    case 'LT':
      return sql`${left} < ${right}`;
    case 'LTE':
      return sql`${left} <= ${right}`;
    case 'GT':
      return sql`${left} > ${right}`;
    case 'GTE':
      return sql`${left} >= ${right}`;
    default:
      return NO;
  }
}
