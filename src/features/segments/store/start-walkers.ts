import sql from 'sql-template-tag';
import type { Queryable } from '../../../db.ts';
import { groupInOrder } from '../../batch.ts';
import { milliseconds } from '../../milliseconds.ts';
import { viewOf } from '../memory/view.ts';
import type { Rule } from '../rule/types.ts';
import type { Definition } from './definition.ts';
import type { Loaded } from './load-histories.ts';
import type { Standing, Walker } from './walk.ts';

export type RuleDefinition = Definition & { readonly rule: Rule };

/** A standing as it is stored. */
type StandingRow = Standing & { readonly customerId: number; readonly segmentId: number };

/** Where these customers stand in all segments. */
export const loadStandings = (
  tx: Queryable,
  customerIds: readonly number[],
): Promise<StandingRow[]> =>
  tx.query<StandingRow>(sql`
    select coalesce(m.customer_id, t.customer_id) as "customerId",
           coalesce(m.segment_id, t.segment_id) as "segmentId",
           m.customer_id is not null as member,
           ${milliseconds(sql`t.at`)} as next
    from (select customer_id, segment_id from segment_membership
          where customer_id = any(${customerIds}::int4[]) and exited_at is null) m
    full join (select * from segment_transition where customer_id = any(${customerIds}::int4[])) t
      on t.customer_id = m.customer_id and t.segment_id = m.segment_id`);

/** The first instant of the walk: rules look back from there, not from `at`. */
export function earliestDue(standings: readonly StandingRow[], at: Date): Date {
  const due = standings.reduce((least, { next }) => Math.min(least, next ?? least), at.getTime());
  return new Date(due);
}

/** A walker for each customer that is there, with the rules of its domain. */
export async function startWalkers(
  tx: Queryable,
  definitions: readonly RuleDefinition[],
  { histories }: Loaded,
  standings: readonly StandingRow[],
  customerIds: readonly number[],
): Promise<Walker[]> {
  const customers = await tx.query<{ id: number; domainId: number; living: boolean }>(sql`
    select id, domain_id as "domainId", merged_into_id is null as living
    from customer where id = any(${customerIds}::int4[])`);
  const mine = groupInOrder(
    customers.map(({ id }) => id),
    standings,
    (row) => row.customerId,
  );
  return customers.flatMap(({ id, domainId, living }, index) => {
    const history = histories.get(id);
    if (!history) return [];
    const own = definitions.filter((definition) => definition.domainId === domainId);
    return [
      {
        customerId: id,
        // Nobody is left to be a member: as a rule that never holds.
        definitions: living ? own : own.map((definition) => ({ ...definition, rule: NOBODY })),
        history,
        view: viewOf(history),
        standings: new Map(
          (mine[index] ?? []).map(({ segmentId, member, next }) => [
            segmentId,
            { member, next: next ?? undefined },
          ]),
        ),
        changes: [],
      },
    ];
  });
}

const NOBODY: Rule = { event: { type: 'none', count: { lt: 0 } } };
