import sql, { join, type Sql } from 'sql-template-tag';
import type { Plan } from './plan.ts';
import type { Executor } from './postgres.ts';

/** A stored row and the span of time in which it is what a computation would give. */
export interface StoredRow {
  /** Null: nothing had happened yet when it was computed. */
  readonly eventMs: number | null;
  readonly values: readonly unknown[];
  readonly fromMs: number;
  readonly untilMs: number;
}

type ByKey = Map<string, StoredRow>;

/**
 * The stored rows of each of the plan's groups, by key. A service's vectors serve where they are
 * good, which is one row for each key; views serve the rest, all of them in one statement.
 * @param keys for each group, the keys asked for
 */
export async function readStored(
  db: Executor,
  plan: Plan,
  keys: readonly (readonly (string | undefined)[])[],
  { now, useVectors }: { now: Date; useVectors: boolean },
): Promise<ByKey[]> {
  const rows = plan.groups.map((): ByKey => new Map());
  const wanted = keys.map((of) => new Set(of.filter((key) => key !== undefined)));
  if (useVectors && plan.service?.entity) {
    const served = await readVectors(db, plan, wanted[0] ?? new Set(), now.getTime(), rows);
    for (const of of wanted) for (const key of served) of.delete(key);
  }
  if (wanted.some((of) => of.size > 0)) await readViews(db, plan, wanted, rows);
  return rows;
}

interface VectorRow {
  readonly key: string;
  readonly values: Record<string, [number | null, unknown[]]>;
  readonly from_s: number | null;
  readonly until_s: number | null;
}

async function readVectors(
  db: Executor,
  plan: Plan,
  keys: ReadonlySet<string>,
  now: number,
  into: readonly ByKey[],
): Promise<Set<string>> {
  const wanted = [...keys];
  const vectors = await db.prepared<VectorRow>(
    `feature-vector-read-${wanted.length === 1 ? 'one' : 'many'}`,
    sql`
      select key, "values", date_part('epoch', valid_from) as from_s,
        date_part('epoch', valid_until) as until_s
      from feature_vector
      where service_version_id = ${plan.service?.versionId}::int and ${keyCondition(wanted)}`,
  );
  const served = new Set<string>();
  for (const { key, values, from_s, until_s } of vectors) {
    const fromMs = toMs(from_s) ?? Number.NEGATIVE_INFINITY;
    const untilMs = toMs(until_s) ?? Number.POSITIVE_INFINITY;
    if (now < fromMs || now >= untilMs) continue;
    served.add(key);
    for (const [index, group] of plan.groups.entries()) {
      const row = values[group.stored.id];
      if (row) into[index]?.set(key, { eventMs: row[0], values: row[1], fromMs, untilMs });
    }
  }
  return served;
}

interface ViewRow {
  readonly view_id: number;
  readonly key: string;
  readonly event_s: number | null;
  readonly computed_s: number | null;
  readonly until_s: number | null;
  readonly vals: unknown[];
}

async function readViews(
  db: Executor,
  plan: Plan,
  wanted: readonly ReadonlySet<string>[],
  into: readonly ByKey[],
): Promise<void> {
  const ids = plan.groups.map((group) => group.stored.id);
  // Almost always all views are asked about the same keys; where not, what is too much is left.
  const keys = [...new Set(wanted.flatMap((of) => [...of]))];
  const rows = await db.prepared<ViewRow>(
    `feature-rows-read-${ids.length}-${keys.length === 1 ? 'one' : 'many'}`,
    sql`
      select view_id, key, date_part('epoch', event_at) as event_s,
        date_part('epoch', computed_at) as computed_s,
        date_part('epoch', next_change_at) as until_s, vals
      from feature_store.online_row
      where view_id in (${join(ids.map((id) => sql`${id}::int`))}) and ${keyCondition(keys)}`,
  );
  for (const row of rows) {
    const stored: StoredRow = {
      eventMs: toMs(row.event_s),
      values: row.vals,
      fromMs: Math.max(toMs(row.event_s) ?? -Infinity, toMs(row.computed_s) ?? -Infinity),
      untilMs: toMs(row.until_s) ?? Number.POSITIVE_INFINITY,
    };
    // Two aliases of one view are two groups.
    for (const [index, group] of plan.groups.entries()) {
      if (group.stored.id === row.view_id && wanted[index]?.has(row.key))
        into[index]?.set(row.key, stored);
    }
  }
}

/** date_part gives seconds as a float, much faster than extract its numeric; milliseconds are exact again when rounded. */
const toMs = (seconds: number | null): number | null =>
  seconds === null ? null : Math.round(seconds * 1000);

/**
 * PostgreSQL takes an array in a prepared statement for ten elements long. Where it knows that there
 * are fewer it plans anew at every call, which would cost more than the read: hence the two forms.
 */
const keyCondition = (keys: readonly string[]): Sql =>
  keys.length === 1 ? sql`key = ${keys[0]}::text` : sql`key = any(${keys}::text[])`;
