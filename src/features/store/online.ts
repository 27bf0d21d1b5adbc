import { readAsOf, toViewRow, type ViewRow } from './as-of.ts';
import { type Head, toHead, toValue } from './feature-value.ts';
import { checkColumns, type Kinds, runOnDemand } from './historical.ts';
import { type Components, readKey, textOf } from './key.ts';
import type { FeatureRequest, Group, Plan } from './plan.ts';
import type { Executor } from './postgres.ts';
import { readStored, type StoredRow } from './stored-rows.ts';
import { decode } from './value.ts';

export type { FeatureStatus, FeatureValue } from './feature-value.ts';

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
  const keys = readAllKeys(plan, kinds, rows);
  const stored = await readStored(
    db,
    plan,
    keys.map((of) => of.map((key) => key.text)),
    { now, useVectors: !request.fresh },
  );
  const sides = { now, fresh: request.fresh === true };
  const found: ViewRows[] = [];
  for (const [index, group] of plan.groups.entries()) {
    const rowsOf = keys[index] ?? [];
    const again = outdated(group, rowsOf, stored[index], sides);
    const computed = again.length === 0 ? undefined : await compute(db, group, rowsOf, again, now);
    found.push({ group, keys: rowsOf, stored: stored[index], again: new Set(again), computed });
  }
  return rows.map((row, index) => {
    const more = Array.isArray(request.request) ? request.request[index] : request.request;
    return assemble(plan, row, { ...row, ...more }, now.getTime(), (group) =>
      rowOf(found[group] as ViewRows, index),
    );
  });
}

interface Key {
  readonly components: Components;
  readonly text: string | undefined;
}

/** Views of one entity under the same columns share their keys. */
function readAllKeys(plan: Plan, kinds: Kinds, rows: OnlineRequest['rows']): (readonly Key[])[] {
  const shared = new Map<string, readonly Key[]>();
  return plan.groups.map((group) => {
    const { entity } = group.stored.view;
    const name = `${entity.name} ${group.keyColumns.join(' ')}`;
    const keys = shared.get(name) ?? readKeys(group, kinds, rows);
    shared.set(name, keys);
    return keys;
  });
}

function readKeys(group: Group, kinds: Kinds, rows: OnlineRequest['rows']): Key[] {
  const { entity } = group.stored.view;
  return rows.map((row, index) => {
    const components = readKey(entity, kinds.get(entity.name), row, group.keyColumns, index);
    return { components, text: textOf(entity, components) };
  });
}

/** One view's rows: stored ones, and those computed now because the stored one is not good now. */
interface ViewRows {
  readonly group: Group;
  readonly keys: readonly Key[];
  readonly stored: ReadonlyMap<string, StoredRow> | undefined;
  readonly again: ReadonlySet<number>;
  readonly computed: ReadonlyMap<number, ViewRow> | undefined;
}

function outdated(
  group: Group,
  keys: readonly Key[],
  stored: ReadonlyMap<string, StoredRow> | undefined,
  { now, fresh }: { now: Date; fresh: boolean },
): number[] {
  const all = fresh && group.stored.view.source.kind === 'events';
  const i: number[] = [];
  for (const [index, { text }] of keys.entries()) {
    if (text === undefined) continue;
    const row = stored?.get(text);
    if (all || (row && !isGood(row, now.getTime()))) i.push(index);
  }
  return i;
}

async function compute(
  db: Executor,
  group: Group,
  keys: readonly Key[],
  i: readonly number[],
  now: Date,
): Promise<Map<number, ViewRow>> {
  const components = i.map((index) => (keys[index] as Key).components);
  const lookups = { group, i, keys: components, at: i.map(() => now.getTime()) };
  const found = await readAsOf(db, lookups, 'event');
  return new Map(found.map((row) => [row.i, toViewRow(row, group)]));
}

function rowOf(
  { group, keys, stored, again, computed }: ViewRows,
  index: number,
): ViewRow | undefined {
  if (again.has(index)) return computed?.get(index);
  const text = keys[index]?.text;
  const row = text === undefined ? undefined : stored?.get(text);
  if (!row || row.eventMs === null) return undefined;
  return { eventMs: row.eventMs, values: row.values, layout: group.layout };
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
  const read = (group: number, index: number): unknown => {
    const head = heads[group];
    if (!head?.row || head.status !== 'PRESENT') return null;
    return head.row.values[head.row.layout?.[index] ?? index];
  };
  const computed = plan.onDemand.map((it) => runOnDemand(it, input, read));
  const result: OnlineRow = { ...row };
  for (const { name, feature, from } of plan.outputs) {
    if ('onDemand' in from) {
      result[name] = toValue(computed[from.onDemand]?.[feature] ?? null, 'PRESENT', null, null);
    } else {
      const head = heads[from.group] as Head;
      result[name] = toValue(
        decode(from.type, read(from.group, from.index)),
        head.status,
        head.eventTime,
        head.age,
      );
    }
  }
  return result;
}
