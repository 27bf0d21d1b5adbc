import sql, { type Sql } from 'sql-template-tag';
import type { Rule } from '../../src/features/segments/rule/types.ts';
import { AT } from './world.ts';

/** A rule, and what a person who knows the tables would write for it. */
export interface Pair {
  readonly kind: string;
  readonly rule: Rule;
  byHand(domainId: number): Sql;
}

const DAYS = [7, 14, 30, 60, 90] as const;
const ago = (days: number): Sql =>
  sql`${new Date(AT.getTime() - days * 86_400_000).toISOString()}::timestamptz`;
const at = ago(0);
const living = (domainId: number): Sql =>
  sql`c.domain_id = ${domainId} and c.merged_into_id is null`;

/** ` event e join customer c where ...` for one type between two instants. */
const events = (domainId: number, type: string, from: Sql, to: Sql): Sql =>
  sql`event e join customer c on c.id = e.customer_id and ${living(domainId)}
      where e.domain_id = ${domainId} and e.type = ${type} and e.occurred_at >= ${from} and e.occurred_at <= ${to}`;

/** Ten kinds, five of each. */
export const PAIRS: readonly Pair[] = DAYS.flatMap((days) => kinds(days));

function kinds(days: number): Pair[] {
  return [...counts(days), ...overTime(days), ...mixed(days)];
}

function counts(days: number): Pair[] {
  return [
    {
      kind: 'count',
      rule: { event: { type: 'order', within: `${days}d`, count: { gte: 2 } } },
      byHand: (d) =>
        sql`select e.customer_id from ${events(d, 'order', ago(days), at)} group by 1 having count(*) >= 2`,
    },
    {
      kind: 'count of 0',
      rule: { event: { type: 'view', within: `${days}d`, count: { eq: 0 } } },
      byHand: (d) => sql`
        select c.id from customer c where ${living(d)} and not exists (
          select from event e where e.domain_id = ${d} and e.type = 'view' and e.customer_id = c.id
            and e.occurred_at >= ${ago(days)} and e.occurred_at <= ${at})`,
    },
    {
      kind: 'where',
      rule: {
        event: {
          type: 'order',
          within: `${days}d`,
          where: [{ name: 'amount', op: 'GTE', value: 50 }],
        },
      },
      byHand: (d) =>
        sql`select distinct e.customer_id from ${events(d, 'order', ago(days), at)} and e.amount >= 50`,
    },
    {
      kind: 'past window',
      rule: { event: { type: 'cart', from: `${days * 2}d`, to: `${days}d` } },
      byHand: (d) =>
        sql`select distinct e.customer_id from ${events(d, 'cart', ago(days * 2), ago(days))}`,
    },
  ];
}

function overTime(days: number): Pair[] {
  return [
    {
      kind: 'first',
      rule: { event: { type: 'order', within: `${days * 4}d`, first: true } },
      byHand: (d) => sql`
        select e.customer_id from ${events(d, 'order', sql`'-infinity'`, at)}
        group by 1 having min(e.occurred_at) >= ${ago(days * 4)}`,
    },
    {
      kind: 'regularity',
      rule: {
        event: { type: 'order', regularity: { period: `${days}d`, periods: 4, atLeast: 3 } },
      },
      byHand: (d) => sql`
        select e.customer_id from ${events(d, 'order', ago(days * 4), at)} group by 1
        having count(distinct floor(extract(epoch from ${at} - e.occurred_at) / ${days * 86_400})) >= 3`,
    },
    {
      kind: 'sequence',
      rule: {
        sequence: {
          steps: [{ type: 'cart' }, { type: 'order' }],
          within: '3d',
          during: `${days}d`,
          endsWithout: { type: 'refund' },
        },
      },
      byHand: (d) => sequenceByHand(d, days),
    },
    {
      kind: 'last',
      rule: { last: { type: 'order', has: [{ name: 'amount', op: 'GTE', value: days }] } },
      byHand: (d) => sql`
        select customer_id from (
          select distinct on (e.customer_id) e.customer_id, e.amount
          from ${events(d, 'order', sql`'-infinity'`, at)}
          order by e.customer_id, e.occurred_at desc, e.id desc) l
        where amount >= ${days}`,
    },
  ];
}

function sequenceByHand(d: number, days: number): Sql {
  return sql`
    select chain.customer_id from (
      select b.customer_id, max(b.occurred_at) as ended
      from event a join event b on b.customer_id = a.customer_id and b.occurred_at > a.occurred_at
        and b.occurred_at <= a.occurred_at + interval '3 days'
      join customer c on c.id = a.customer_id and ${living(d)}
      where a.domain_id = ${d} and a.type = 'cart' and a.occurred_at >= ${ago(days)} and a.occurred_at <= ${at}
        and b.domain_id = ${d} and b.type = 'order' and b.occurred_at >= ${ago(days)} and b.occurred_at <= ${at}
      group by b.customer_id) chain
    where not exists (
      select from event r where r.domain_id = ${d} and r.type = 'refund' and r.customer_id = chain.customer_id
        and r.occurred_at > chain.ended and r.occurred_at <= ${at})`;
}

function mixed(days: number): Pair[] {
  return [
    {
      kind: 'trait and event',
      rule: {
        and: [
          { trait: { name: 'plan', op: 'EQ', value: 'pro' } },
          { event: { type: 'order', within: `${days}d` } },
        ],
      },
      byHand: (d) =>
        sql`select distinct e.customer_id from ${events(d, 'order', ago(days), at)} and c.traits ->> 'plan' = 'pro'`,
    },
    {
      kind: 'or, not',
      rule: {
        or: [
          {
            and: [
              { not: { event: { type: 'order', within: `${days}d` } } },
              { event: { type: 'cart', within: `${days}d`, count: { gte: 2 } } },
            ],
          },
          { trait: { name: 'plan', op: 'IN', value: ['plus'] } },
        ],
      },
      byHand: (d) => sql`
        select c.id from customer c where ${living(d)} and (
          c.traits ->> 'plan' = 'plus'
          or (c.id in (select e.customer_id from event e where e.domain_id = ${d} and e.type = 'cart'
                       and e.occurred_at >= ${ago(days)} and e.occurred_at <= ${at} group by 1 having count(*) >= 2)
              and c.id not in (select e.customer_id from event e where e.domain_id = ${d} and e.type = 'order'
                       and e.occurred_at >= ${ago(days)} and e.occurred_at <= ${at})))`,
    },
  ];
}
