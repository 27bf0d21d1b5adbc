import sql from 'sql-template-tag';
import type { Queryable } from '../../../db.ts';
import { groupInOrder } from '../../batch.ts';
import type { SegmentDeps } from '../deps.ts';
import { viewOf } from '../memory/view.ts';
import { referencesOf } from '../rule/references.ts';
import type { Rule } from '../rule/types.ts';
import { type Definition, loadDefinitions } from './definition.ts';
import { type Loaded, loadHistories } from './load-histories.ts';
import { lockCustomers, shareSegments } from './locks.ts';
import { type Standing, type Walker, walkDue, walkTo } from './walk.ts';
import { announce, type Change, writeChanges } from './write-changes.ts';
import { type Plan, writePlans } from './write-plans.ts';

type RuleDefinition = Definition & { readonly rule: Rule };

/**
 * Re-evaluates all rule segments for customers whose data has changed, as of `at`, in the caller's
 * transaction, with history, outbox and next transitions. Transitions that were due come first, each
 * at its own instant. A fixed number of statements; memory grows with the customers' events, so give
 * it some thousands at most. Who is not living leaves every rule segment.
 *
 * @returns the entries and exits.
 */
export async function refreshCustomers(
  deps: SegmentDeps,
  tx: Queryable,
  customerIds: readonly number[],
  at: Date,
): Promise<readonly Change[]> {
  if (customerIds.length === 0) return [];
  await shareSegments(tx);
  await lockCustomers(tx, customerIds);
  return refresh(deps, tx, customerIds, at, (walker) => {
    walkDue(walker, at.getTime());
    walkTo(walker, at.getTime());
  });
}

/**
 * Lives through the transitions that are due by `at`, of at most `limit` customers that no other
 * refresh holds; each change is dated at the instant of its transition. Segments that fail wait for
 * a refresh of everybody that succeeds.
 *
 * @returns how many customers were due: fewer than `limit` when no more are.
 */
export async function refreshDue(
  deps: SegmentDeps,
  tx: Queryable,
  at: Date,
  limit: number,
): Promise<number> {
  await shareSegments(tx);
  const rows = await tx.query<{ id: number }>(sql`
    select id from customer
    where id in (select t.customer_id from segment_transition t join segment s on s.id = t.segment_id
                 where t.at <= ${at.toISOString()}::timestamptz and s.kind = 'RULE' and s.error is null
                 group by t.customer_id order by min(t.at) limit ${limit})
    order by id for no key update skip locked`);
  const ids = rows.map((row) => row.id);
  if (ids.length > 0) await refresh(deps, tx, ids, at, (walker) => walkDue(walker, at.getTime()));
  return ids.length;
}

async function refresh(
  deps: SegmentDeps,
  tx: Queryable,
  customerIds: readonly number[],
  at: Date,
  walk: (walker: Walker) => void,
): Promise<readonly Change[]> {
  const definitions = (await loadDefinitions(tx)).filter(isRule);
  const rules = definitions.map((definition) => definition.rule);
  const standings = await loadStandings(tx, customerIds);
  const since = earliestDue(standings, at);
  const loaded = await loadHistories(tx, deps.catalogs, rules, customerIds, at, since);
  const sound = await withoutBroken(tx, definitions, loaded, at);
  const walkers = await startWalkers(tx, sound, loaded, standings, customerIds);
  const before = new Map(walkers.map((walker) => [walker, new Map(walker.standings)]));
  for (const walker of walkers) walk(walker);
  const changes = walkers.flatMap((walker) => walker.changes);
  await writeChanges(tx, changes);
  await writePlans(
    tx,
    walkers.flatMap((walker) => plansOf(walker, before.get(walker) ?? new Map())),
  );
  if (changes.length > 0) await announce(tx);
  return changes;
}

const isRule = (definition: Definition): definition is RuleDefinition =>
  definition.rule !== undefined;

/** Segments that cannot be evaluated keep their members and say why; the others go on. */
async function withoutBroken(
  tx: Queryable,
  definitions: readonly RuleDefinition[],
  { broken }: Loaded,
  at: Date,
): Promise<RuleDefinition[]> {
  if (broken.size === 0) return [...definitions];
  const reasonOf = ({ rule }: RuleDefinition) => {
    const { features, predictions } = referencesOf([rule]);
    return [...features, ...predictions].flatMap((name) => broken.get(name) ?? [])[0];
  };
  for (const definition of definitions) {
    const reason = reasonOf(definition);
    if (reason !== undefined)
      await tx.query(
        sql`update segment set error = ${reason}, error_at = ${at.toISOString()}::timestamptz where id = ${definition.id}`,
      );
  }
  return definitions.filter((definition) => reasonOf(definition) === undefined);
}

type StandingRow = Standing & { readonly customerId: number; readonly segmentId: number };

const loadStandings = (tx: Queryable, customerIds: readonly number[]): Promise<StandingRow[]> =>
  tx.query<StandingRow>(sql`
    select coalesce(m.customer_id, t.customer_id) as "customerId",
           coalesce(m.segment_id, t.segment_id) as "segmentId",
           m.customer_id is not null as member,
           (extract(epoch from t.at) * 1000)::float8 as next
    from (select customer_id, segment_id from segment_membership
          where customer_id = any(${customerIds}::int4[]) and exited_at is null) m
    full join (select * from segment_transition where customer_id = any(${customerIds}::int4[])) t
      on t.customer_id = m.customer_id and t.segment_id = m.segment_id`);

/** The first instant of the walk: rules look back from there, not from `at`. */
function earliestDue(standings: readonly StandingRow[], at: Date): Date {
  const due = standings.reduce((least, { next }) => Math.min(least, next ?? least), at.getTime());
  return new Date(due);
}

async function startWalkers(
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

function plansOf(walker: Walker, before: ReadonlyMap<number, Standing>): Plan[] {
  return walker.definitions.flatMap(({ id }) => {
    const now = walker.standings.get(id);
    const { next, member = false } = now ?? {};
    const changed = next !== before.get(id)?.next || member !== (before.get(id)?.member ?? false);
    return changed ? [{ customerId: walker.customerId, segmentId: id, next, member }] : [];
  });
}
