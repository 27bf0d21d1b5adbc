import sql, { empty, join, raw, type Sql } from 'sql-template-tag';
import { type Entity, isCustomer } from './entity.ts';
import type { FeatureSpec } from './feature-spec.ts';
import type { FeatureType, TypeKind } from './feature-type.ts';
import type { FeatureView } from './view.ts';

const SQL_TYPES: Record<Exclude<TypeKind, 'list'>, string> = {
  int: 'int8',
  double: 'float8',
  text: 'text',
  bool: 'bool',
  timestamp: 'timestamptz(3)',
  json: 'jsonb',
  vector: 'real[]',
};

export const sqlType = (type: FeatureType): Sql =>
  raw(type.kind === 'list' ? `${SQL_TYPES[type.item ?? 'text']}[]` : SQL_TYPES[type.kind]);

/** Customers' keys are int4 as in `customer`, all others text compared byte by byte. */
export const keyType = (entity: Entity): Sql => raw(isCustomer(entity) ? 'int4' : 'text');

/** Names were checked to be [a-z0-9_] when they were declared. */
export const historyTable = (view: FeatureView): Sql =>
  raw(`feature_store.${view.name}_v${view.version}`);
export const keyColumn = (key: string): Sql => raw(`k_${key}`);
export const featureColumn = (name: string): Sql => raw(`f_${name}`);

/** The table of all rows ever pushed to a view, and the index that finds the one as of an instant. */
export function createHistory(view: FeatureView): Sql[] {
  const { keys } = view.entity;
  const type = sql`${keyType(view.entity)} ${isCustomer(view.entity) ? empty : raw('collate "C"')}`;
  const table = historyTable(view);
  const keyColumns = keys.map((key) => sql`${keyColumn(key)} ${type} not null`);
  const columns = view.features.map((it) => sql`${featureColumn(it.name)} ${sqlType(it.type)}`);
  const order = sql`event_at desc, created_at desc nulls last, seq desc`;
  return [
    sql`create table ${table} (${join([
      ...keyColumns,
      sql`event_at timestamptz(3) not null`,
      sql`created_at timestamptz(3)`,
      sql`seq int8 generated always as identity`,
      ...columns,
    ])})`,
    sql`create index ${raw(`${view.name}_v${view.version}_order`)} on ${table}
      (${join([...keys.map(keyColumn), order])})`,
  ];
}

export const addFeature = (view: FeatureView, spec: FeatureSpec): Sql =>
  sql`alter table ${historyTable(view)} add column ${featureColumn(spec.name)} ${sqlType(spec.type)}`;

/**
 * The key of a stored row, from expressions of its components: the component itself where there is
 * one, else all of them with the separator escaped, so that no two keys share a text.
 */
export function keySql(components: readonly Sql[]): Sql {
  const [only] = components;
  if (!only) return sql`''`;
  if (components.length === 1) return sql`${only}::text`;
  const escaped = components.map(
    (it) => sql`replace(replace(${it}::text, '\\', '\\\\'), '/', '\\/')`,
  );
  return join(escaped, ` || '/' || `);
}

/** The same text as `keySql` makes. */
export function keyText(components: readonly string[]): string {
  if (components.length === 1) return components[0] ?? '';
  return components.map((it) => it.replaceAll('\\', '\\\\').replaceAll('/', '\\/')).join('/');
}

/** PostgreSQL's functions take at most 100 arguments. */
const MOST_ARGUMENTS = 90;

/** A stored row's values: a JSON array in column order, instants as milliseconds. */
export function valuesSql(columns: readonly FeatureSpec[], from: (spec: FeatureSpec) => Sql): Sql {
  const items = columns.map((spec) =>
    spec.type.kind === 'timestamp' ? sql`${milliseconds(from(spec))}` : from(spec),
  );
  if (items.length <= MOST_ARGUMENTS) return sql`json_build_array(${join(items)})`;
  const pieces: Sql[] = [];
  for (let start = 0; start < items.length; start += MOST_ARGUMENTS) {
    pieces.push(sql`jsonb_build_array(${join(items.slice(start, start + MOST_ARGUMENTS))})`);
  }
  return sql`(${join(pieces, ' || ')})::json`;
}

export const milliseconds = (instant: Sql): Sql =>
  sql`(extract(epoch from ${instant}) * 1000)::int8`;
