import { type Lookups, readAsOf, type ViewRow } from './as-of.ts';
import type { FeatureType } from './feature-type.ts';
import { checkColumns, isTooOld, type Kinds, runOnDemand } from './historical.ts';
import { type Components, readKey, textOf } from './key.ts';
import type { FeatureRequest, Group, Plan } from './plan.ts';
import type { Executor } from './postgres.ts';
import { readStored, type StoredRow } from './stored-rows.ts';
import { decode } from './value.ts';

/** NULL_VALUE: the row is there and has null. NOT_FOUND: no row. OUTSIDE_MAX_AGE: older than its ttl. */
export type FeatureStatus = 'PRESENT' | 'NULL_VALUE' | 'NOT_FOUND' | 'OUTSIDE_MAX_AGE';

export interface FeatureValue {
  readonly value: unknown;
  readonly status: FeatureStatus;
  /** When the row became true; null for what is computed on demand or was not found. */
  readonly eventTime: Date | null;
  /** Milliseconds from then to now. */
  readonly age: number | null;
}

export interface OnlineRequest extends FeatureRequest {
  /** The keys of whom to read; more columns come out again beside the features. */
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  /** Values for on-demand views, for all rows or one for each; a row's own columns serve as well. */
  readonly request?:
    | Readonly<Record<string, unknown>>
    | readonly Readonly<Record<string, unknown>>[]
    | undefined;
  /** Computes views of events from the events as they are now, not from what the last refresh saw. */
  readonly fresh?: boolean | undefined;
  /** As of this instant instead of now, from events and pushed history as they are known now. */
  readonly at?: Date | undefined;
}

/** A request's row with a FeatureValue for each feature, under the feature's name. */
export type OnlineRow = Record<string, unknown>;

/**
 * The features of each row as of now: what `historical` gives for this instant, as long as no event
 * has come in that the refresh has not seen (`fresh` sees those too).
 */
export async function readOnline(
  db: Executor,
  plan: Plan,
  kinds: Kinds,
  request: OnlineRequest,
  now: Date,
): Promise<OnlineRow[]> {
  const { rows } = request;
  if (rows.length === 0) return [];
  checkColumns(plan, rows);
  const keys = plan.groups.map((group) => readKeys(group, kinds, rows));
  const stored = await readStored(
    db,
    plan,
    keys.map((of) => of.map((key) => key.text)),
    { now, useVectors: !request.fresh },
  );
  const found: ((row: number) => ViewRow | undefined)[] = [];
  for (const [index, group] of plan.groups.entries()) {
    found.push(
      await complete(db, group, keys[index] ?? [], stored[index], {
        now,
        fresh: request.fresh === true,
      }),
    );
  }
  return rows.map((row, index) => {
    const more = Array.isArray(request.request) ? request.request[index] : request.request;
    return assemble(plan, row, { ...row, ...more }, now.getTime(), (group) =>
      found[group]?.(index),
    );
  });
}

interface Key {
  readonly components: Components;
  readonly text: string | undefined;
}

function readKeys(group: Group, kinds: Kinds, rows: OnlineRequest['rows']): Key[] {
  const { entity } = group.stored.view;
  return rows.map((row, index) => {
    const components = readKey(
      entity,
      kinds.get(entity.name),
      row,
      group.keyColumns,
      `row ${index}`,
    );
    return { components, text: textOf(entity, components) };
  });
}

/** The rows of one view, where need be computed now: a stored row is good for a span of time only. */
async function complete(
  db: Executor,
  group: Group,
  keys: readonly Key[],
  stored: ReadonlyMap<string, StoredRow> | undefined,
  { now, fresh }: { now: Date; fresh: boolean },
): Promise<(row: number) => ViewRow | undefined> {
  const isEvents = group.stored.view.source.kind === 'events';
  const i: number[] = [];
  for (const [index, { text }] of keys.entries()) {
    const row = text === undefined ? undefined : stored?.get(text);
    const good = fresh && isEvents ? false : !row || isGood(row, now.getTime());
    if (text !== undefined && !good) i.push(index);
  }
  const lookups: Lookups = {
    group,
    i,
    keys: i.map((index) => (keys[index] as Key).components),
    at: i.map(() => now),
  };
  const computed =
    i.length === 0 ? new Map<number, ViewRow>() : await readAsOf(db, lookups, 'event');
  const again = new Set(i);
  return (index) => {
    if (again.has(index)) return computed.get(index);
    const row = stored?.get(keys[index]?.text ?? '\0');
    if (!row || row.eventMs === null) return undefined;
    return { eventMs: row.eventMs, values: row.values, layout: group.layout };
  };
}

/** Not from the future (pushed ahead of time, or computed by a clock since set back), nor expired. */
const isGood = (row: StoredRow, now: number): boolean => row.fromMs <= now && now < row.untilMs;

function assemble(
  plan: Plan,
  row: Readonly<Record<string, unknown>>,
  input: Readonly<Record<string, unknown>>,
  now: number,
  rowOf: (group: number) => ViewRow | undefined,
): OnlineRow {
  const heads = plan.groups.map((group, index) => toHead(group, rowOf(index), now));
  const read = (group: number, index: number, type: FeatureType): unknown => {
    const head = heads[group];
    if (!head?.row || head.status !== 'PRESENT') return null;
    return decode(type, head.row.values[head.row.layout?.[index] ?? index]);
  };
  const computed = plan.onDemand.map((it) =>
    runOnDemand(it, input, (group, index) =>
      read(group, index, plan.groups[group]?.specs[index]?.type ?? { kind: 'json' }),
    ),
  );
  const result: OnlineRow = { ...row };
  for (const { name, feature, from } of plan.outputs) {
    if ('onDemand' in from) {
      result[name] = toValue(computed[from.onDemand]?.[feature] ?? null, 'PRESENT', null, null);
    } else {
      const head = heads[from.group] as Head;
      result[name] = toValue(
        read(from.group, from.index, from.type),
        head.status,
        head.eventTime,
        head.age,
      );
    }
  }
  return result;
}

interface Head {
  readonly row: ViewRow | undefined;
  readonly status: FeatureStatus;
  readonly eventTime: Date | null;
  readonly age: number | null;
}

function toHead(group: Group, row: ViewRow | undefined, now: number): Head {
  if (!row) return { row, status: 'NOT_FOUND', eventTime: null, age: null };
  const status = isTooOld(group, row.eventMs, now) ? 'OUTSIDE_MAX_AGE' : 'PRESENT';
  return { row, status, eventTime: new Date(row.eventMs), age: now - row.eventMs };
}

const toValue = (
  value: unknown,
  status: FeatureStatus,
  eventTime: Date | null,
  age: number | null,
): FeatureValue => ({
  value,
  status: status === 'PRESENT' && value === null ? 'NULL_VALUE' : status,
  eventTime,
  age,
});
