import sql from 'sql-template-tag';
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
  readonly from_ms: number | null;
  readonly until_ms: number | null;
}

async function readVectors(
  db: Executor,
  plan: Plan,
  keys: ReadonlySet<string>,
  now: number,
  into: readonly ByKey[],
): Promise<Set<string>> {
  const vectors = await db.prepared<VectorRow>(
    'feature-vector-read',
    sql`
      select key, "values", (extract(epoch from valid_from) * 1000)::float8 as from_ms,
        (extract(epoch from valid_until) * 1000)::float8 as until_ms
      from feature_vector
      where service_version_id = ${plan.service?.versionId}::int and key = any(${[...keys]}::text[])`,
  );
  const served = new Set<string>();
  for (const { key, values, from_ms, until_ms } of vectors) {
    const fromMs = from_ms ?? Number.NEGATIVE_INFINITY;
    const untilMs = until_ms ?? Number.POSITIVE_INFINITY;
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
  readonly event_ms: number | null;
  readonly computed_ms: number | null;
  readonly until_ms: number | null;
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
  const keys = new Set(wanted.flatMap((of) => [...of]));
  const rows = await db.prepared<ViewRow>(
    'feature-rows-read',
    sql`
      select view_id, key, (extract(epoch from event_at) * 1000)::float8 as event_ms,
        (extract(epoch from computed_at) * 1000)::float8 as computed_ms,
        (extract(epoch from next_change_at) * 1000)::float8 as until_ms, vals
      from feature_store.online_row
      where view_id = any(${ids}::int[]) and key = any(${[...keys]}::text[])`,
  );
  for (const row of rows) {
    const stored: StoredRow = {
      eventMs: row.event_ms,
      values: row.vals,
      fromMs: Math.max(row.event_ms ?? -Infinity, row.computed_ms ?? -Infinity),
      untilMs: row.until_ms ?? Number.POSITIVE_INFINITY,
    };
    // Two aliases of one view are two groups.
    for (const [index, group] of plan.groups.entries()) {
      if (group.stored.id === row.view_id && wanted[index]?.has(row.key))
        into[index]?.set(row.key, stored);
    }
  }
}
