import sql, { type Sql } from 'sql-template-tag';
import type { CountCondition } from '../rule/types.ts';

const DEFAULT: CountCondition = { gte: 1 };

/** Whether a count satisfies the condition; without one, at least 1. */
export function countSql(condition: CountCondition | undefined, count: Sql): Sql {
  const { eq, ne, lt, lte, gt, gte } = condition ?? DEFAULT;
  if (eq !== undefined) return sql`(${count} = ${eq}::int8)`;
  if (ne !== undefined) return sql`(${count} <> ${ne}::int8)`;
  if (lt !== undefined) return sql`(${count} < ${lt}::int8)`;
  if (lte !== undefined) return sql`(${count} <= ${lte}::int8)`;
  if (gt !== undefined) return sql`(${count} > ${gt}::int8)`;
  return sql`(${count} >= ${gte ?? 1}::int8)`;
}

/**
 * Which of the counted times, newest = 1, has to leave the window for the answer to change while
 * nothing enters: SQL of the time, null for none. `times(n)` is SQL of the n-th newest.
 */
export function decidingTime(
  condition: CountCondition | undefined,
  count: Sql,
  times: (nth: number) => Sql,
): Sql {
  const { eq, ne, lt, lte, gt, gte } = condition ?? DEFAULT;
  const exact = eq ?? ne;
  if (exact !== undefined)
    return sql`case when ${count} = ${exact}::int8 then ${times(exact)} when ${count} > ${exact}::int8 then ${times(exact + 1)} end`;
  const least = gte ?? (gt !== undefined ? gt + 1 : (lt ?? (lte ?? 0) + 1));
  return times(least);
}
