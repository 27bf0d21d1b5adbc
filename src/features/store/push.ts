import sql, { join, raw, type Sql } from 'sql-template-tag';
import { CameoError } from '../../errors.ts';
import { isCustomer, type KeyKind } from './entity.ts';
import { type InstantInput, toInstant } from './instant.ts';
import { readKey, textOf } from './key.ts';
import { decideKinds } from './key-kinds.ts';
import { type Executor, type StoreDb, transaction } from './postgres.ts';
import type { State, StoredView } from './state.ts';
import { servicesOf } from './state.ts';
import {
  featureColumn,
  historyTable,
  keyColumn,
  keySql,
  keyType,
  sqlType,
  valuesSql,
} from './tables.ts';
import { checkValue } from './value.ts';
import { lockVectors, rebuildVectors } from './vectors.ts';

/** A row of a pushed view. */
export interface PushRow {
  readonly key: Readonly<Record<string, unknown>>;
  /** When it became true. */
  readonly eventTime: InstantInput;
  /** When we learnt it; decides among rows of one event time. */
  readonly createdTime?: InstantInput | null;
  /** By feature; a feature left out is null. */
  readonly values: Readonly<Record<string, unknown>>;
}

/** A row ready for JSON: its key's text apart, so that rows can be ordered by it. */
interface Record_ {
  readonly text: string;
  readonly json: Record<string, unknown>;
}

const CHUNK = 2000;

/**
 * Adds rows to a pushed view: all of them or, when one is wrong, none. The history keeps every row;
 * the online row becomes the newest by event time, then created time, then arrival, in whichever
 * order rows arrive.
 * @param db in one transaction of its own, or in the caller's
 * @returns how many rows were taken
 * @throws CameoError BAD_INPUT naming the row and the field
 */
export async function pushRows(
  db: StoreDb | Executor,
  state: State,
  stored: StoredView,
  rows: readonly PushRow[],
): Promise<number> {
  const { view } = stored;
  if (view.source.kind !== 'pushed') {
    throw new CameoError(
      'BAD_INPUT',
      `view "${view.name}" is computed from events; ingest events instead of pushing rows.`,
    );
  }
  if (rows.length === 0) return 0;
  let kinds: readonly KeyKind[] = [];
  const work = async (tx: Executor) => {
    kinds = await decideKinds(
      tx,
      state,
      view.entity,
      rows.map((row) => row.key),
    );
    const records = rows.map((row, index) => toRecord(stored, kinds, row, index));
    // Ordered by key, pushes that overlap lock rows in one order and cannot wait for each other.
    records.sort((one, other) => (one.text < other.text ? -1 : Number(one.text > other.text)));
    const services = servicesOf(state, [stored.id]);
    await lockVectors(tx, view.entity.name);
    for (let start = 0; start < records.length; start += CHUNK) {
      await insert(tx, stored, records.slice(start, start + CHUNK));
    }
    const keys = [...new Set(records.map((record) => record.text))];
    await rebuildVectors(tx, services, [stored.id], keys);
  };
  await ('pool' in db ? transaction(db, work) : work(db));
  state.keyKinds.set(view.entity.name, kinds);
  return rows.length;
}

function toRecord(
  { view, columns }: StoredView,
  kinds: readonly KeyKind[],
  row: PushRow,
  index: number,
): Record_ {
  const where = `push to "${view.name}", row ${index}`;
  const components = readKey(view.entity, kinds, row.key, view.entity.keys, where);
  const text = textOf(view.entity, components);
  if (text === undefined) throw new CameoError('BAD_INPUT', `${where}: the key is null or no id.`);
  const names = new Set(view.features.map((feature) => feature.name));
  const unknown = Object.keys(row.values).find((name) => !names.has(name));
  if (unknown !== undefined) {
    throw new CameoError(
      'BAD_INPUT',
      `${where}: the view has no feature "${unknown}". It has ${[...names].join(', ')}.`,
    );
  }
  const json: Record<string, unknown> = {
    e: toInstant(row.eventTime, `${where}, eventTime`),
    c: row.createdTime == null ? null : toInstant(row.createdTime, `${where}, createdTime`),
  };
  for (const [at, component] of components.entries()) json[`k${at}`] = component;
  for (const [at, { name, type }] of columns.entries()) {
    json[`v${at}`] = checkValue(type, row.values[name], `${where}, "${name}"`);
  }
  return { text, json };
}

async function insert(
  tx: Executor,
  stored: StoredView,
  records: readonly Record_[],
): Promise<void> {
  await tx.query(insertSql(stored, JSON.stringify(records.map((record) => record.json))));
}

function insertSql({ id, view, columns }: StoredView, json: string): Sql {
  const { keys } = view.entity;
  const keyNames = keys.map(keyColumn);
  const names = columns.map((column) => featureColumn(column.name));
  const fields = [
    ...keys.map((_, at) => sql`${raw(`k${at}`)} ${keyType(view.entity)}`),
    sql`e timestamptz`,
    sql`c timestamptz`,
    ...columns.map((column, at) => sql`${raw(`v${at}`)} ${sqlType(column.type)}`),
  ];
  const customer = isCustomer(view.entity) ? join(keyNames) : sql`null::int`;
  const values = valuesSql(columns, (column) => featureColumn(column.name));
  return sql`
    with stored as (
      insert into ${historyTable(view)} (${join([...keyNames, raw('event_at'), raw('created_at'), ...names])})
      select ${join([
        ...keys.map((_, at) => raw(`k${at}`)),
        raw('e'),
        raw('c'),
        ...columns.map((_, at) => raw(`v${at}`)),
      ])} from json_to_recordset(${json}::json) as r(${join(fields)})
      returning *)
    insert into feature_store.online_row as o
      (view_id, key, customer_id, event_at, created_at, seq, vals)
    ${latestSql(id, keySql(keyNames), customer, values, sql`stored`)}
    ${keepNewest}`;
}

/** The newest row of each key in a relation of history rows, as columns of online_row. */
export const latestSql = (id: number, key: Sql, customer: Sql, values: Sql, from: Sql): Sql => sql`
  select distinct on (2) ${id}::int, ${key} collate "C", ${customer}, event_at, created_at, seq, ${values}
  from ${from} order by 2, event_at desc, created_at desc nulls last, seq desc`;

export const keepNewest = sql`
  on conflict (view_id, key) do update set event_at = excluded.event_at,
    created_at = excluded.created_at, seq = excluded.seq, vals = excluded.vals
  where (excluded.event_at, coalesce(excluded.created_at, '-infinity'), excluded.seq)
    >= (o.event_at, coalesce(o.created_at, '-infinity'), o.seq)`;
