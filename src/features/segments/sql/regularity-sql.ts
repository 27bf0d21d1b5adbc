import sql from 'sql-template-tag';
import { countHolds } from '../memory/count.ts';
import { knownMs } from '../rule/duration.ts';
import type { EventCondition, RegularityCondition } from '../rule/types.ts';
import { countSql } from './count-sql.ts';
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

/**
 * Each event is counted in its period, and on a boundary in both, since both ends of a period are
 * inside. Period -1 holds the events yet to come.
 */
export function regularitySql(
  condition: EventCondition,
  { period, periods, atLeast }: RegularityCondition,
  scope: Scope,
): LeafSql {
  const at = scope.at.getTime();
  const length = sql`${knownMs(period)}::int8`;
  const goodWithout = countHolds(condition.count, 0) ? periods : 0;
  const known = sql`count(*) filter (where c.period >= 0)`;
  const good = sql`count(*) filter (where c.period >= 0 and ${countSql(condition.count, sql`c.n`)})`;
  const missing = goodWithout ? sql`(${periods}::int8 - ${known})` : sql`0`;
  const body = sql`
    select c.customer_id, ${good} + ${missing} >= ${atLeast}::int8 as holds, min(c.boundary) as next
    from (
      select a.customer_id, case when a.age < 0 then -1 else a.age / ${length} - twice.shift end as period,
             count(*) as n,
             min(case when a.age < 0 then a.occurred_at
                      when a.age % ${length} = 0 then a.occurred_at + ${milliseconds(1)} * (a.age + 1)
                      else a.occurred_at + ${milliseconds(1)} * ((a.age / ${length} + 1) * ${length})
                 end) as boundary
      from (
        select e.customer_id, e.occurred_at,
               (extract(epoch from (${instant(at)} - e.occurred_at)) * 1000)::int8 as age
        from event e
        where e.domain_id = ${scope.domainId} and e.type = ${condition.type}
          ${since(at - periods * knownMs(period))}${until(scope, at)}${restrict(scope, 'e.customer_id')}${whereSql(condition.where)}
      ) a
      cross join (values (0), (1)) as twice (shift)
      where (twice.shift = 0 or (a.age > 0 and a.age % ${length} = 0))
        and (a.age < 0 or a.age / ${length} - twice.shift between 0 and ${periods - 1}::int8)
      group by 1, 2
    ) c
    group by c.customer_id`;
  return { body, otherwise: goodWithout >= atLeast };
}
