import sql, { join, raw, type Sql } from 'sql-template-tag';
import { knownMs } from '../rule/duration.ts';
import type { SequenceCondition } from '../rule/types.ts';
import {
  instant,
  type LeafSql,
  milliseconds,
  restrict,
  type Scope,
  since,
  until,
} from './scope.ts';
import { stepSql } from './step-sql.ts';

/**
 * Step by step over each customer's events in order: `r_i` is the time of an event that a chain
 * reaches as step i, `s_i` the latest start of such a chain. The newest event of the step before is
 * always the best to go on from (see memory/sequence-leaf.ts), so a running maximum decides.
 */
export function sequenceSql(condition: SequenceCondition, scope: Scope): LeafSql {
  const { steps, endsWithout } = condition;
  const at = scope.at.getTime();
  const during = condition.during ? knownMs(condition.during) : undefined;
  const matches = join(
    steps.map(
      (step, i) => sql`${stepSql(step)} and e.occurred_at <= ${instant(at)} as ${name('m', i)}`,
    ),
    ', ',
  );
  const types = [...new Set([...steps, ...(endsWithout ? [endsWithout] : [])].map((s) => s.type))];
  const base = sql`
    select e.customer_id, e.occurred_at, e.id, ${matches},
           ${endsWithout ? sql`${stepSql(endsWithout)} and e.occurred_at <= ${instant(at)}` : sql`false`} as ending
    from event e
    where e.domain_id = ${scope.domainId} and e.type = any(${types}::text[])
      ${since(during === undefined ? Number.NEGATIVE_INFINITY : at - during)}${until(scope, at)}${restrict(scope, 'e.customer_id')}`;
  const last = steps.length - 1;
  const reached = steps.reduce((from, _step, i) => levelSql(condition, from, i), base);
  const fades =
    during === undefined
      ? sql`null::timestamptz`
      : sql`max(${name('s', last)}) + ${milliseconds(during + 1)}`;
  const body = sql`
    select q.customer_id,
           coalesce(max(q.place) filter (where ${name('r', last)} is not null)
                    >= coalesce(max(q.place) filter (where q.ending), 0), false) as holds,
           least(${fades}, min(q.occurred_at) filter (where q.occurred_at > ${instant(at)})) as next
    from (select *, row_number() over (partition by customer_id order by occurred_at, id) as place
          from (${reached}) o) q
    group by q.customer_id`;
  return { body, otherwise: false };
}

function levelSql(condition: SequenceCondition, from: Sql, step: number): Sql {
  const [m, r, s] = [name('m', step), name('r', step), name('s', step)];
  if (step === 0)
    return sql`select *, case when ${m} then occurred_at end as ${r}, case when ${m} then occurred_at end as ${s} from (${from}) l0`;
  const running = raw(
    'over (partition by customer_id order by occurred_at, id rows between unbounded preceding and 1 preceding)',
  );
  const before = sql`max(${name('r', step - 1)}) ${running}`;
  const near = condition.within
    ? sql`${before} >= occurred_at - ${milliseconds(knownMs(condition.within))}`
    : sql`${before} is not null`;
  return sql`select *, case when ${m} and ${near} then occurred_at end as ${r},
                    case when ${m} and ${near} then max(${name('s', step - 1)}) ${running} end as ${s}
             from (${from}) ${raw(`l${step}`)}`;
}

/** Names are made of a letter and a step's number: never of input. */
const name = (letter: 'm' | 'r' | 's', step: number): Sql => raw(`${letter}_${step}`);
