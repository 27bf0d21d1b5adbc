import sql from 'sql-template-tag';
import type { CatalogEntry } from '../catalog.ts';
import { knownMs } from '../rule/duration.ts';
import type { LastEventCondition, TraitCondition, ValueTest } from '../rule/types.ts';
import { TRUE_OF_MISSING } from '../rule/value-test.ts';
import { instant, type LeafSql, milliseconds, restrict, type Scope } from './scope.ts';
import { allSql, whereSql } from './step-sql.ts';
import { testSql } from './value-sql.ts';

export function lastSql(condition: LastEventCondition, scope: Scope): LeafSql {
  const at = instant(scope.at.getTime());
  const ofStep = sql`e.domain_id = ${scope.domainId} and e.type = ${condition.type}${restrict(scope, 'e.customer_id')}${whereSql(condition.where)}`;
  const newest = sql`
    select distinct on (e.customer_id) e.customer_id, (${allSql(condition.has)}) as holds
    from event e
    where ${ofStep} and e.occurred_at <= ${at}
    order by e.customer_id, e.occurred_at desc, e.id desc`;
  if (!scope.transitions)
    return {
      body: sql`select n.customer_id, n.holds, null::timestamptz as next from (${newest}) n`,
      otherwise: false,
    };
  const coming = sql`
    select e.customer_id, min(e.occurred_at) as next from event e
    where ${ofStep} and e.occurred_at > ${at} group by e.customer_id`;
  return {
    body: sql`
      select customer_id, coalesce(n.holds, false) as holds, f.next
      from (${newest}) n full join (${coming}) f using (customer_id)`,
    otherwise: false,
  };
}

/** `since` is null while the trait has never been anything else. */
export function traitSql(condition: TraitCondition, scope: Scope): LeafSql {
  const at = scope.at.getTime();
  const heldFor = condition.heldFor ? knownMs(condition.heldFor) : 0;
  const past = sql`c.at <= ${instant(at)}`;
  const test = testSql(condition, 'json', sql`v.value`);
  const ripe = sql`v.since + ${milliseconds(heldFor)}`;
  const body = sql`
    select v.customer_id, ${test} and coalesce(${ripe} <= ${instant(at)}, true) as holds,
           least(case when ${ripe} > ${instant(at)} then ${ripe} end, v.following) as next
    from (
      select c.customer_id,
             (array_agg(c.value order by c.at desc, c.id desc) filter (where ${past}))[1] as value,
             max(c.at) filter (where ${past} and c.value is distinct from c.before) as since,
             min(c.at) filter (where not (${past})) as following
      from (
        select t.customer_id, t.at, t.id, nullif(t.value, 'null'::jsonb) as value,
               lag(nullif(t.value, 'null'::jsonb)) over (partition by t.customer_id order by t.at, t.id) as before
        from trait_value t
        where t.name = ${condition.name}${restrict(scope, 't.customer_id')}
      ) c
      group by c.customer_id
    ) v`;
  const otherwise = TRUE_OF_MISSING.has(condition.op);
  // Without a waiting time only the newest value matters, and an index finds it.
  if (heldFor > 0 || scope.transitions) return { body, otherwise };
  return { body: newestTraitSql(condition, scope), otherwise };
}

function newestTraitSql(condition: TraitCondition, scope: Scope) {
  return sql`
    select v.customer_id, ${testSql(condition, 'json', sql`v.value`)} as holds, null::timestamptz as next
    from (
      select distinct on (t.customer_id) t.customer_id, nullif(t.value, 'null'::jsonb) as value
      from trait_value t
      where t.name = ${condition.name} and t.at <= ${instant(scope.at.getTime())}${restrict(scope, 't.customer_id')}
      order by t.customer_id, t.at desc, t.id desc
    ) v`;
}

/** A feature or a prediction. */
export function readingSql(test: ValueTest, entry: CatalogEntry, scope: Scope): LeafSql {
  const next =
    entry.recheckMs === undefined
      ? sql`null::timestamptz`
      : instant(scope.at.getTime() + entry.recheckMs);
  const body = sql`
    select v.customer_id, ${testSql(test, 'json', sql`v.value`)} as holds, ${next} as next
    from (select r.customer_id, nullif(r.value, 'null'::jsonb) as value
          from (${entry.valueSql}) r where true${restrict(scope, 'r.customer_id')}) v`;
  return { body, otherwise: TRUE_OF_MISSING.has(test.op) };
}

/** Stays are kept, so this also answers for the past. */
export function segmentSql(key: string, scope: Scope): LeafSql {
  const at = instant(scope.at.getTime());
  const stays = sql`
    select m.customer_id, bool_or(m.entered_at <= ${at} and (m.exited_at is null or m.exited_at > ${at})) as holds,
           least(min(m.entered_at) filter (where m.entered_at > ${at}),
                 min(m.exited_at) filter (where m.exited_at > ${at})) as next
    from segment_membership m join segment s on s.id = m.segment_id
    where s.key = ${key}${restrict(scope, 'm.customer_id')}
    group by m.customer_id`;
  if (!scope.transitions) return { body: stays, otherwise: false };
  return {
    body: sql`
      select customer_id, coalesce(y.holds, false) as holds,
             least(y.next, case when w.at > ${at} then w.at end) as next
      from (${stays}) y full join (
        select t.customer_id, t.at from segment_transition t join segment s on s.id = t.segment_id
        where s.key = ${key}${restrict(scope, 't.customer_id')}
      ) w using (customer_id)`,
    otherwise: false,
  };
}
