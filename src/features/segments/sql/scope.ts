import sql, { empty, raw, type Sql } from 'sql-template-tag';
import type { Catalogs } from '../catalog.ts';

/** Whom a statement is about and as of when. */
export interface Scope {
  readonly domainId: number;
  readonly at: Date;
  /** Only these customers; undefined: all of the domain. */
  readonly customers?: readonly number[] | undefined;
  readonly catalogs: Catalogs;
  /** Also compute when time alone could change the answer, which needs events yet to come. */
  readonly transitions: boolean;
}

/** One clause as a relation: rows for the customers it knows something about. */
export interface LeafSql {
  /** `select customer_id, holds boolean, next timestamptz`; `next` as in memory/leaf.ts. */
  readonly body: Sql;
  /** The answer for customers without a row. */
  readonly otherwise: boolean;
}

/** Instants go as text with milliseconds and Z, so that no session's time zone matters. */
export const instant = (ms: number): Sql => sql`${new Date(ms).toISOString()}::timestamptz`;

/** A length of time in SQL. */
export const milliseconds = (ms: number): Sql => sql`(${ms}::float8 * interval '1 millisecond')`;

/** ` and column = any(...)` where the statement is about some customers only. */
export function restrict(scope: Scope, column: string): Sql {
  return scope.customers ? sql` and ${raw(column)} = any(${scope.customers}::int4[])` : empty;
}

/** The upper end of a scan of events: what is yet to come matters to transitions alone. */
export function until(scope: Scope, ms: number): Sql {
  return scope.transitions ? empty : sql` and e.occurred_at <= ${instant(ms)}`;
}

/** The lower end of a scan of events; none for all time. */
export function since(ms: number): Sql {
  return ms === Number.NEGATIVE_INFINITY ? empty : sql` and e.occurred_at >= ${instant(ms)}`;
}
