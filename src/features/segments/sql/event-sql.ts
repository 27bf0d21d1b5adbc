import sql, { type Sql } from 'sql-template-tag';
import { countHolds, windowAges } from '../memory/count.ts';
import type { EventCondition } from '../rule/types.ts';
import { countSql, decidingTime } from './count-sql.ts';
import { regularitySql } from './regularity-sql.ts';
import {
  instant,
  type LeafSql,
  milliseconds,
  restrict,
  type Scope,
  since,
  until,
} from './scope.ts';
import { whereSql } from './step-sql.ts';

export function eventSql(condition: EventCondition, scope: Scope): LeafSql {
  if (condition.regularity) return regularitySql(condition, condition.regularity, scope);
  return condition.first ? firstSql(condition, scope) : countedSql(condition, scope);
}

/** The ends of the window and what of it has to be known of each event `e`. */
function windowOf(condition: EventCondition, scope: Scope) {
  const { from, to } = windowAges(condition);
  const at = scope.at.getTime();
  const endless = from === Number.POSITIVE_INFINITY;
  const low = at - from;
  const high = at - to;
  const upper = sql`e.occurred_at <= ${instant(high)}`;
  const inside = endless ? upper : sql`e.occurred_at >= ${instant(low)} and ${upper}`;
  return { from, to, endless, low, high, inside };
}

function countedSql(condition: EventCondition, scope: Scope): LeafSql {
  const window = windowOf(condition, scope);
  // Without transitions the scan ends with the window, and every row counts.
  const inside = scope.transitions ? sql` filter (where ${window.inside})` : sql``;
  const count = sql`count(*)${inside}`;
  const body = sql`
    select e.customer_id, ${countSql(condition.count, count)} as holds,
           ${nextOfCount(condition, scope, count)} as next
    from event e
    where e.domain_id = ${scope.domainId} and e.type = ${condition.type}
      ${since(window.low)}${until(scope, window.high)}${restrict(scope, 'e.customer_id')}${whereSql(condition.where)}
    group by e.customer_id`;
  return { body, otherwise: countHolds(condition.count, 0) };
}

/**
 * Exact for windows that end at the evaluation instant with no event yet to come; else the first time
 * that any event enters or leaves.
 */
function nextOfCount(condition: EventCondition, scope: Scope, count: Sql): Sql {
  if (!scope.transitions) return sql`null::timestamptz`;
  const { from, to, endless, high, inside } = windowOf(condition, scope);
  const enters = sql`min(e.occurred_at) filter (where e.occurred_at > ${instant(high)}) + ${milliseconds(to)}`;
  if (endless) return enters;
  const nth = (n: number) =>
    n === 0
      ? sql`null::timestamptz`
      : n === 1
        ? sql`max(e.occurred_at) filter (where ${inside})`
        : sql`(array_agg(e.occurred_at order by e.occurred_at desc) filter (where ${inside}))[${n}::int4]`;
  const leaving =
    to === 0
      ? decidingTime(condition.count, count, nth)
      : sql`min(e.occurred_at) filter (where ${inside})`;
  return sql`least(${enters}, (${leaving}) + ${milliseconds(from + 1)})`;
}

function firstSql(condition: EventCondition, scope: Scope): LeafSql {
  const { from, to, endless, low, high, inside } = windowOf(condition, scope);
  const first = sql`min(e.occurred_at)`;
  const recent = endless ? sql`true` : sql`${first} >= ${instant(low)}`;
  const count = sql`count(*) filter (where ${inside})`;
  const entering = sql`case when ${first} > ${instant(high)} then ${first} + ${milliseconds(to)} end`;
  const leaving = endless
    ? sql`null::timestamptz`
    : sql`case when ${recent} then ${first} + ${milliseconds(from + 1)} end`;
  const next = scope.transitions
    ? sql`least(${nextOfCount(condition, scope, count)}, ${entering}, ${leaving})`
    : sql`null::timestamptz`;
  const body = sql`
    select e.customer_id,
           (${first} <= ${instant(high)} and ${recent} and ${countSql(condition.count, count)}) as holds,
           ${next} as next
    from event e
    where e.domain_id = ${scope.domainId} and e.type = ${condition.type}
      ${until(scope, high)}${restrict(scope, 'e.customer_id')}${whereSql(condition.where)}
    group by e.customer_id`;
  return { body, otherwise: false };
}
