import sql from 'sql-template-tag';
import type { Queryable } from '../../../db.ts';
import type { SegmentDeps } from '../deps.ts';
import type { Rule } from '../rule/types.ts';
import { statesSql } from '../sql/compile.ts';
import { type Definition, loadDefinitions, withDependents } from './definition.ts';
import { lockSegment } from './locks.ts';
import { refreshDue } from './refresh-customers.ts';
import { announce } from './write-changes.ts';

export interface RefreshOptions {
  /** All when absent. Segments that use one of these are refreshed too. */
  readonly keys?: readonly string[] | undefined;
  readonly at: Date;
  /** From 0 to 1. */
  readonly onProgress?: ((progress: number) => Promise<void> | void) | undefined;
}

export interface RefreshResult {
  readonly key: string;
  /** Entries and exits; undefined when it failed. */
  readonly entered?: number;
  readonly exited?: number;
  /** Why it failed; the members are still those of the last good time. */
  readonly error?: string;
}

const DUE_AT_ONCE = 2_000;

/**
 * Evaluates rule segments for everybody, the used before their users, each in its own transaction.
 * Transitions that are due come first, each at its own instant. A segment that fails keeps its
 * members, says so in `error`, and does not stop the others.
 */
export async function refreshSegments(
  deps: SegmentDeps,
  { keys, at, onProgress }: RefreshOptions,
): Promise<RefreshResult[]> {
  await liveThroughDue(deps, at);
  const all = await loadDefinitions(deps.db);
  const chosen = (keys ? withDependents(all, keys) : all).filter((d) => d.rule !== undefined);
  const results: RefreshResult[] = [];
  for (const definition of chosen) {
    results.push(await refreshOne(deps, definition, at));
    await onProgress?.(results.length / chosen.length);
  }
  await analyzeAfter(deps, results);
  return results;
}

const MANY = 1_000;

/** Where much was written at once, the planner must not go on believing in small tables. */
async function analyzeAfter({ db }: SegmentDeps, results: readonly RefreshResult[]): Promise<void> {
  const written = results.reduce((n, { entered, exited }) => n + (entered ?? 0) + (exited ?? 0), 0);
  if (written >= MANY)
    await db.query(sql`analyze segment_membership, segment_transition, segment_change`);
}

async function liveThroughDue(deps: SegmentDeps, at: Date): Promise<void> {
  for (;;) {
    const due = await deps.db.transaction((tx) => refreshDue(deps, tx, at, DUE_AT_ONCE));
    if (due < DUE_AT_ONCE) return;
  }
}

async function refreshOne(
  deps: SegmentDeps,
  definition: Definition,
  at: Date,
): Promise<RefreshResult> {
  try {
    const counts = await deps.db.transaction((tx) => evaluateForAll(deps, tx, definition.id, at));
    return { key: definition.key, ...counts };
  } catch (error) {
    const message = (error as Error).message;
    deps.log.error({ err: error, segment: definition.key }, 'a segment could not be refreshed');
    await deps.db.query(
      sql`update segment set error = ${message}, error_at = ${at.toISOString()}::timestamptz where id = ${definition.id}`,
    );
    return { key: definition.key, error: message };
  }
}

/** In one transaction: who is in now, against who was; and when to look at each again. */
async function evaluateForAll(deps: SegmentDeps, tx: Queryable, id: number, at: Date) {
  await lockSegment(tx, id);
  const [definition] = await loadDefinitions(tx, id);
  if (!definition?.rule) return { entered: 0, exited: 0 };
  await computeStates(deps, tx, definition.rule, definition.domainId, at);
  const counts = await applyStates(tx, id, at);
  await applyPlans(tx, id);
  await announce(tx);
  await tx.query(sql`
    update segment set refreshed_at = ${at.toISOString()}::timestamptz, error = null, error_at = null,
      size = (select count(*) from segment_membership where segment_id = ${id} and exited_at is null)
    where id = ${id}`);
  return counts;
}

async function computeStates(
  deps: SegmentDeps,
  tx: Queryable,
  rule: Rule,
  domainId: number,
  at: Date,
): Promise<void> {
  // Sorting the events of everybody in the default 4 MB goes over disk.
  await tx.query(sql`select set_config('work_mem', '64MB', true)`);
  // Everybody is joined with everybody: never row by row, whatever the planner thinks of the sizes.
  await tx.query(sql`select set_config('enable_nestloop', 'off', true)`);
  await tx.query(sql`
    create temp table segment_state (customer_id int4, holds boolean, next timestamptz) on commit drop`);
  await tx.query(
    sql`insert into segment_state ${statesSql(rule, { domainId, at, catalogs: deps.catalogs })}`,
  );
  await tx.query(sql`analyze segment_state`);
}

async function applyStates(tx: Queryable, id: number, at: Date) {
  const instant = sql`${at.toISOString()}::timestamptz`;
  const exits = await tx.query<{ n: number }>(sql`
    with gone as (
      update segment_membership m
      set exited_at = greatest(m.entered_at, ${instant}), next_transition_at = null
      where m.segment_id = ${id} and m.exited_at is null and not exists (
        select from segment_state s where s.customer_id = m.customer_id and s.holds)
      returning m.customer_id
    ), told as (
      insert into segment_change (customer_id, segment_id, entered, at)
      select customer_id, ${id}, false, ${instant} from gone
    )
    select count(*) as n from gone`);
  const entries = await tx.query<{ n: number }>(sql`
    with come as (
      insert into segment_membership (customer_id, segment_id, entered_at)
      select s.customer_id, ${id}, ${instant} from segment_state s
      where s.holds and not exists (
        select from segment_membership m
        where m.segment_id = ${id} and m.customer_id = s.customer_id and m.exited_at is null)
      on conflict (customer_id, segment_id, entered_at) do update set exited_at = null
      returning customer_id
    ), told as (
      insert into segment_change (customer_id, segment_id, entered, at)
      select customer_id, ${id}, true, ${instant} from come
    )
    select count(*) as n from come`);
  return { entered: entries[0]?.n ?? 0, exited: exits[0]?.n ?? 0 };
}

/** Writes only what differs: from one refresh to the next almost nothing does. */
async function applyPlans(tx: Queryable, id: number): Promise<void> {
  await tx.query(sql`
    delete from segment_transition t
    where t.segment_id = ${id} and not exists (
      select from segment_state s where s.customer_id = t.customer_id and s.next is not null)`);
  await tx.query(sql`
    insert into segment_transition (customer_id, segment_id, at)
    select s.customer_id, ${id}, s.next
    from segment_state s
    left join segment_transition t on t.segment_id = ${id} and t.customer_id = s.customer_id
    where s.next is not null and t.at is distinct from s.next
    on conflict (customer_id, segment_id) do update set at = excluded.at`);
  await tx.query(sql`
    update segment_membership m set next_transition_at = s.next
    from segment_state s
    where m.segment_id = ${id} and m.exited_at is null and m.customer_id = s.customer_id
      and m.next_transition_at is distinct from s.next`);
}
