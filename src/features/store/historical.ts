import { CameoError } from '../../errors.ts';
import { type Lookups, type RawRow, readAsOf } from './as-of.ts';
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

export type Kinds = ReadonlyMap<string, readonly KeyKind[]>;
type Result = Record<string, unknown>;

/**
 * The features of each row as of its own `at`: every row once, in order, its own columns kept.
 * @throws CameoError BAD_INPUT naming a missing column, or a column that a feature would overwrite
 */
export async function joinAsOf(
  db: Executor,
  plan: Plan,
  kinds: Kinds,
  rows: readonly EntityRow[],
  knownAt: KnownAt | 'own',
): Promise<Result[]> {
  const instants = rows.map(readInstant);
  checkColumns(plan, rows);
  const shared = new Map<string, Omit<Lookups, 'group'>>();
  // By group, then by row: the row that was true, unless it was too old.
  const found: (RawRow | undefined)[][] = [];
  for (const group of plan.groups) {
    const lookups = { group, ...shareLookups(shared, group, kinds, rows, instants) };
    const good = new Array<RawRow | undefined>(rows.length).fill(undefined);
    const read = lookups.i.length === 0 ? [] : await readAsOf(db, lookups, known(group, knownAt));
    for (const row of read) {
      if (!isTooOld(group, row.e, instants[row.i] ?? 0)) good[row.i] = row;
    }
    found.push(good);
  }
  const columns = plan.outputs.map(toColumn);
  return rows.map((row, index) => {
    const computed = instants[index] === null ? [] : runAll(plan, row, found, index);
    const result: Result = { ...row };
    for (const { name, type, group, column, feature } of columns) {
      if (type) {
        const raw = found[group]?.[index];
        result[name] = raw === undefined ? null : decode(type, raw[column]);
      } else result[name] = computed[group]?.[feature] ?? null;
    }
    return result;
  });
}

/** Where a result comes from, looked up once for all rows; without a type, from on-demand view `group`. */
const toColumn = ({ name, feature, from }: Plan['outputs'][number]) =>
  'onDemand' in from
    ? { name, feature, type: undefined, group: from.onDemand, column: '' }
    : { name, feature, type: from.type, group: from.group, column: `c${from.index}` };

const runAll = (
  plan: Plan,
  row: EntityRow,
  found: readonly (readonly (RawRow | undefined)[])[],
  index: number,
): Record<string, unknown>[] =>
  plan.onDemand.map((it) => runOnDemand(it, row, (group, at) => found[group]?.[index]?.[`c${at}`]));

/** 'own': 'row' for Cameo's own events, which always say when we learnt of them. */
function known({ stored }: Group, knownAt: KnownAt | 'own'): KnownAt {
  if (knownAt !== 'own') return knownAt;
  return stored.view.source.kind === 'events' ? 'row' : 'event';
}

function readInstant(row: EntityRow, index: number): number | null {
  if (row.at === undefined) {
    throw new CameoError('BAD_INPUT', `row ${index}: the column "at" is missing.`);
  }
  if (row.at === null) return null;
  return (
    row.at instanceof Date ? checkDate(row.at, index) : toInstant(row.at, `row ${index}, "at"`)
  ).getTime();
}

const checkDate = (at: Date, index: number): Date =>
  Number.isNaN(at.getTime()) ? toInstant(at, `row ${index}, "at"`) : at;

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

/** Views of one entity under the same columns share their look-ups. */
function shareLookups(
  shared: Map<string, Omit<Lookups, 'group'>>,
  group: Group,
  kinds: Kinds,
  rows: readonly EntityRow[],
  instants: readonly (number | null)[],
): Omit<Lookups, 'group'> {
  const name = `${group.stored.view.entity.name} ${group.keyColumns.join(' ')}`;
  const made = shared.get(name) ?? toLookups(group, kinds, rows, instants);
  shared.set(name, made);
  return made;
}

/** In the order of keys and times, as rows lie in indexes: neighbours then come from one page. */
function toLookups(
  group: Group,
  kinds: Kinds,
  rows: readonly EntityRow[],
  instants: readonly (number | null)[],
): Omit<Lookups, 'group'> {
  const { entity } = group.stored.view;
  const found: { i: number; key: Components; text: string; at: number }[] = [];
  for (const [index, row] of rows.entries()) {
    const key = readKey(entity, kinds.get(entity.name), row, group.keyColumns, index);
    const text = textOf(entity, key);
    const at = instants[index];
    if (at !== null && at !== undefined && text !== undefined)
      found.push({ i: index, key, text, at });
  }
  found.sort((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : a.at - b.at));
  return {
    i: found.map((it) => it.i),
    keys: found.map((it) => it.key),
    at: found.map((it) => it.at),
  };
}

/** Whether a row has grown too old: it is good for `ttl` after its event, that instant included. */
export const isTooOld = ({ stored }: Group, eventMs: number, atMs: number): boolean =>
  stored.view.ttl > 0 && eventMs < atMs - stored.view.ttl;

/** Calls the view's function with the features it reads and the row's own values. */
export function runOnDemand(
  { view, inputs }: Plan['onDemand'][number],
  row: Readonly<Record<string, unknown>>,
  read: (group: number, index: number) => unknown,
): Record<string, unknown> {
  const input: Record<string, unknown> = {};
  for (const name of Object.keys(view.requests)) input[name] = row[name];
  for (const { name, group, index, type } of inputs) input[name] = decode(type, read(group, index));
  return view.run(input);
}
