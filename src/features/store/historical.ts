import { CameoError } from '../../errors.ts';
import { type Lookups, readAsOf, type ViewRow } from './as-of.ts';
import type { KeyKind } from './entity.ts';
import { type InstantInput, toInstant } from './instant.ts';
import { type Components, readKey, textOf } from './key.ts';
import type { FeatureRequest, Group, Plan } from './plan.ts';
import type { Executor } from './postgres.ts';
import { decode } from './value.ts';
import type { KnownAt } from './window-sql.ts';

/** A row to look up: the key columns, `at`, and whatever else is to come out beside the features. */
export type EntityRow = Readonly<Record<string, unknown>> & {
  /** The instant asked about; a text without an offset is UTC; null = every feature is null. */
  readonly at: InstantInput | null;
};

export interface HistoricalRequest extends FeatureRequest {
  /**
   * 'event' (default): rows that had happened by `at`. 'row': that Cameo had also learnt of by `at`.
   * A Date: that it had learnt of by then.
   */
  readonly knownAt?: KnownAt | undefined;
}

export type Kinds = ReadonlyMap<string, readonly KeyKind[] | undefined>;

/**
 * The features of each row as of its own `at`: every row once, in order, its own columns kept.
 * @throws CameoError BAD_INPUT naming a missing column, or a column that a feature would overwrite
 */
export async function joinAsOf(
  db: Executor,
  plan: Plan,
  kinds: Kinds,
  rows: readonly EntityRow[],
  knownAt: KnownAt,
): Promise<Record<string, unknown>[]> {
  const instants = rows.map((row, index) => readInstant(row, index));
  checkColumns(plan, rows);
  const found: Map<number, ViewRow>[] = [];
  for (const group of plan.groups) {
    const lookups = toLookups(group, kinds, rows, instants);
    found.push(lookups.i.length === 0 ? new Map() : await readAsOf(db, lookups, knownAt));
  }
  return rows.map((row, index) =>
    assemble(plan, row, instants[index] ?? null, (group) => found[group]?.get(index)),
  );
}

function readInstant(row: EntityRow, index: number): Date | null {
  if (row.at === undefined) {
    throw new CameoError('BAD_INPUT', `row ${index}: the column "at" is missing.`);
  }
  return row.at === null ? null : toInstant(row.at, `row ${index}, "at"`);
}

/** A feature must not replace a label that happens to have its name. */
export function checkColumns(plan: Plan, rows: readonly object[]): void {
  const [first] = rows;
  const taken = first && plan.outputs.find((output) => Object.hasOwn(first, output.name));
  if (!taken) return;
  throw new CameoError(
    'BAD_INPUT',
    `The rows' column "${taken.name}" and ${taken.view}:${taken.feature} would both be "${taken.name}". Rename the column, or set fullNames: true.`,
  );
}

function toLookups(
  group: Group,
  kinds: Kinds,
  rows: readonly EntityRow[],
  instants: readonly (Date | null)[],
): Lookups {
  const { entity } = group.stored.view;
  const i: number[] = [];
  const keys: Components[] = [];
  const at: Date[] = [];
  for (const [index, row] of rows.entries()) {
    const key = readKey(entity, kinds.get(entity.name), row, group.keyColumns, index);
    const instant = instants[index];
    if (!instant || textOf(entity, key) === undefined) continue;
    i.push(index);
    keys.push(key);
    at.push(instant);
  }
  return { group, i, keys, at };
}

/** Whether a row has grown too old: it is good for `ttl` after its event, that instant included. */
export const isTooOld = ({ stored }: Group, eventMs: number, atMs: number): boolean =>
  stored.view.ttl > 0 && eventMs < atMs - stored.view.ttl;

function assemble(
  plan: Plan,
  row: EntityRow,
  at: Date | null,
  rowOf: (group: number) => ViewRow | undefined,
): Record<string, unknown> {
  const read = (group: number, index: number): unknown => {
    const found = rowOf(group);
    const { specs } = plan.groups[group] as Group;
    if (!found || !at || isTooOld(plan.groups[group] as Group, found.eventMs, at.getTime()))
      return null;
    return decode(specs[index]?.type ?? { kind: 'json' }, found.values[index]);
  };
  const computed = at ? plan.onDemand.map((it) => runOnDemand(it, row, read)) : [];
  const result: Record<string, unknown> = { ...row };
  for (const { name, feature, from } of plan.outputs) {
    result[name] =
      'onDemand' in from
        ? (computed[from.onDemand]?.[feature] ?? null)
        : read(from.group, from.index);
  }
  return result;
}

/** Calls the view's function with the features it reads and the row's own values. */
export function runOnDemand(
  { view, inputs }: Plan['onDemand'][number],
  row: Readonly<Record<string, unknown>>,
  read: (group: number, index: number) => unknown,
): Record<string, unknown> {
  const input: Record<string, unknown> = {};
  for (const name of Object.keys(view.requests)) input[name] = row[name];
  for (const { name, group, index } of inputs) input[name] = read(group, index);
  return view.run(input);
}
