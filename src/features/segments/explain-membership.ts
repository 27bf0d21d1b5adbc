import sql from 'sql-template-tag';
import { type Actor, requireDomain } from '../../auth.ts';
import { CameoError } from '../../errors.ts';
import { EVENT_COLUMNS, type EventRow } from '../customers/timeline.ts';
import type { SegmentDeps } from './deps.ts';
import { explain } from './evaluate.ts';
import type { ClauseExplanation, EvidenceEvent } from './memory/explain.ts';
import { ruleOf } from './rule/parse-rule.ts';
import type { Rule } from './rule/types.ts';
import { type SegmentRow, segmentByKey } from './segment.ts';
import { loadHistories } from './store/load-histories.ts';

export interface MembershipExplanation {
  readonly segment: SegmentRow;
  readonly at: Date;
  readonly member: boolean;
  readonly clause: ClauseExplanation<EventRow>;
  /** When time alone could change it; never later than it does. */
  readonly nextTransitionAt: Date | undefined;
}

/**
 * Why a customer is in a segment, or is not, as of an instant (now when left out), clause by clause.
 * It is computed from what is known now: for a past instant it may differ from the stored history,
 * which tells what was known then. Features and other segments count as of the instant too.
 *
 * @throws CameoError NOT_FOUND for a customer or segment that is not there, FORBIDDEN for a foreign one.
 */
export async function explainMembership(
  deps: SegmentDeps,
  actor: Actor,
  input: {
    readonly customerId: number;
    readonly segmentKey: string;
    readonly at?: Date | undefined;
  },
): Promise<MembershipExplanation> {
  const at = input.at ?? deps.clock.now();
  const segment = await segmentByKey(deps.db, actor, input.segmentKey);
  if (!segment)
    throw new CameoError('NOT_FOUND', `There is no segment "${input.segmentKey}".`, ['segment']);
  const living = await checkCustomer(deps, actor, input.customerId);
  const bare = await explainRule(deps, segment, input.customerId, at);
  const clause = await withEvents(deps, input.customerId, bare);
  return {
    segment,
    at,
    member: clause.holds && living !== undefined && segment.domainId === living.domainId,
    clause,
    nextTransitionAt: clause.nextTransitionAt,
  };
}

async function checkCustomer(deps: SegmentDeps, actor: Actor, id: number) {
  const [row] = await deps.db.query<{ domain: string; domainId: number; living: boolean }>(sql`
    select d.key as domain, d.id as "domainId", c.merged_into_id is null as living
    from customer c join domain d on d.id = c.domain_id where c.id = ${id}`);
  if (!row) throw new CameoError('NOT_FOUND', `There is no customer ${id}.`, ['customer']);
  requireDomain(actor, row.domain);
  return row.living ? row : undefined;
}

async function explainRule(deps: SegmentDeps, segment: SegmentRow, customerId: number, at: Date) {
  // A list has one clause: to be on it.
  const rule: Rule = segment.kind === 'RULE' ? ruleOf(segment.rule) : { segment: segment.key };
  const { histories, broken } = await deps.db.transaction((tx) =>
    loadHistories(tx, deps.catalogs, [rule], [customerId], at),
  );
  const [reason] = broken.values();
  if (reason !== undefined) throw new CameoError('UNAVAILABLE', reason, ['segment']);
  const history = histories.get(customerId);
  if (!history) throw new Error('Invariant broken: no history was loaded');
  return explain(rule, history, at);
}

/** The clauses with their deciding events in full, in one more statement. */
async function withEvents(
  deps: SegmentDeps,
  customerId: number,
  clause: ClauseExplanation,
): Promise<ClauseExplanation<EventRow>> {
  const all = eventsOf(clause);
  const rows = await deps.db.query<EventRow>(sql`
    select ${EVENT_COLUMNS} from event e
    where e.customer_id = ${customerId} and e.id = any(${all.map(({ id }) => id)}::int8[])
      and e.occurred_at = any(${all.map((event) => event.occurredAt.toISOString())}::timestamptz[])`);
  const byId = new Map(rows.map((row) => [row.id, row]));
  const fill = ({ events, clauses, ...rest }: ClauseExplanation): ClauseExplanation<EventRow> => ({
    ...rest,
    events: events.flatMap(({ id }) => byId.get(id) ?? []),
    clauses: clauses.map(fill),
  });
  return fill(clause);
}

const eventsOf = ({ events, clauses }: ClauseExplanation): readonly EvidenceEvent[] => [
  ...events,
  ...clauses.flatMap(eventsOf),
];
