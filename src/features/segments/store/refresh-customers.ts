import sql from 'sql-template-tag';
import type { Queryable } from '../../../db.ts';
import type { SegmentDeps } from '../deps.ts';
import { referencesOf } from '../rule/references.ts';
import { type Definition, loadDefinitions } from './definition.ts';
import { type Loaded, loadHistories } from './load-histories.ts';
import { lockCustomers, shareSegments } from './locks.ts';
import { earliestDue, loadStandings, type RuleDefinition, startWalkers } from './start-walkers.ts';
import { type Standing, type Walker, walkDue, walkTo } from './walk.ts';
import { announce, type Change, writeChanges } from './write-changes.ts';
import { type Plan, writePlans } from './write-plans.ts';

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

function plansOf(walker: Walker, before: ReadonlyMap<number, Standing>): Plan[] {
  return walker.definitions.flatMap(({ id }) => {
    const now = walker.standings.get(id);
    const { next, member = false } = now ?? {};
    const changed = next !== before.get(id)?.next || member !== (before.get(id)?.member ?? false);
    return changed ? [{ customerId: walker.customerId, segmentId: id, next, member }] : [];
  });
}
