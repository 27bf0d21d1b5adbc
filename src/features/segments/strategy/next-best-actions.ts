import sql from 'sql-template-tag';
import type { Actor } from '../../../auth.ts';
import type { SegmentDeps } from '../deps.ts';
import { type MembershipRow, segmentsOf } from '../membership.ts';
import { clauseText } from '../rule/clause-text.ts';
import { ruleOf } from '../rule/parse-rule.ts';
import { heldOut } from './holdout.ts';
import { type Strategy, strategiesOf } from './strategy.ts';
import { fillTemplate } from './template.ts';

export interface NextBestAction {
  readonly segment: MembershipRow['segment'];
  readonly channel: string;
  readonly offer: string;
  /** The template, filled for this customer. */
  readonly message: string;
  readonly priority: number;
  /** True: leave this customer alone, for comparison. */
  readonly holdout: boolean;
  /** Why this customer, and why at this place. */
  readonly reason: string;
}

/** Values of features by name, for templates; in the order of the customers. */
export type FeatureReader = (
  customerIds: readonly number[],
) => Promise<readonly Readonly<Record<string, unknown>>[]>;

const noFeatures: FeatureReader = async (ids) => ids.map(() => ({}));

/**
 * The strategies of the segments that each customer is in, best first: by priority, then the newer
 * stay, then the segment's key. In the order of `customerIds`; a fixed number of statements.
 */
export async function nextBestActions(
  deps: SegmentDeps,
  actor: Actor,
  customerIds: readonly number[],
  readFeatures: FeatureReader = noFeatures,
): Promise<NextBestAction[][]> {
  const stays = await segmentsOf(deps.db, actor, customerIds);
  const segmentIds = [...new Set(stays.flat().map((stay) => stay.segment.id))];
  const found = await strategiesOf(deps, segmentIds);
  const strategies = new Map(segmentIds.map((id, index) => [id, found[index] ?? null]));
  const traits = await traitsOf(deps, customerIds);
  const features = await readFeatures(customerIds);
  return stays.map((own, index) =>
    own
      .flatMap((stay) => {
        const strategy = strategies.get(stay.segment.id);
        return strategy ? [{ stay, strategy }] : [];
      })
      .sort(bestFirst)
      .map(({ stay, strategy }) =>
        actionOf(stay, strategy, traits[index] ?? {}, features[index] ?? {}),
      ),
  );
}

interface Candidate {
  readonly stay: MembershipRow;
  readonly strategy: Strategy;
}

function bestFirst(a: Candidate, b: Candidate): number {
  return (
    b.strategy.priority - a.strategy.priority ||
    b.stay.enteredAt.getTime() - a.stay.enteredAt.getTime() ||
    (a.stay.segment.key < b.stay.segment.key ? -1 : 1)
  );
}

function actionOf(
  { customerId, segment, enteredAt }: MembershipRow,
  { channel, offer, template, priority, holdoutPercent }: Strategy,
  traits: Readonly<Record<string, unknown>>,
  features: Readonly<Record<string, unknown>>,
): NextBestAction {
  const why = segment.kind === 'RULE' ? `: ${clauseText(ruleOf(segment.rule))}` : '';
  return {
    segment,
    channel,
    offer,
    message: fillTemplate(template, {
      traits,
      features,
      segment: { key: segment.key, name: segment.name },
      offer,
    }),
    priority,
    holdout: heldOut(segment.key, customerId, holdoutPercent),
    reason: `In "${segment.name}" since ${enteredAt.toISOString()} (priority ${priority})${why}`,
  };
}

async function traitsOf(deps: SegmentDeps, customerIds: readonly number[]) {
  const rows = await deps.db.query<{ id: number; traits: Record<string, unknown> }>(
    sql`select id, traits from customer where id = any(${customerIds}::int4[])`,
  );
  const byId = new Map(rows.map((row) => [row.id, row.traits]));
  return customerIds.map((id) => byId.get(id));
}
