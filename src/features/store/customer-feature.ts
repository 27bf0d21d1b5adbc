import sql, { empty, type Sql } from 'sql-template-tag';
import { CameoError } from '../../errors.ts';
import { isCustomer } from './entity.ts';
import type { FeatureSpec } from './feature-spec.ts';
import type { FeatureType } from './feature-type.ts';
import { notFound, type Registry } from './registry.ts';
import type { State, StoredView } from './state.ts';
import { featureColumn, historyTable, keyColumn } from './tables.ts';
import { findFeature } from './view.ts';
import { windowSql } from './window-sql.ts';

export interface CustomerFeature {
  /** Yields (customer_id int, value jsonb); instants are texts in RFC 3339, UTC, that sort by time. */
  readonly valueSql: Sql;
  readonly type: FeatureType;
}

/** A past instant, from the events; or now, from the stored rows as far as they are good. */
type When = { readonly at: Date } | { readonly now: Date };

/**
 * One feature of every customer that has a value for it.
 * @param name `view:feature`, or a feature that only one view of customers has
 * @returns undefined when there is none of that name
 * @throws CameoError BAD_INPUT when several views have a feature of that name
 */
export function customerFeature(
  registry: Registry,
  state: State,
  name: string,
  when: When,
): CustomerFeature | undefined {
  const found = find(registry, state, name);
  if (!found) return undefined;
  const { stored, spec } = found;
  const pushed = stored.view.source.kind === 'pushed';
  const rows =
    'now' in when
      ? pushed
        ? pushedNow(stored, spec, when.now)
        : eventsNow(stored, spec, when.now)
      : pushed
        ? pushedAt(stored, spec, when.at, empty)
        : eventsAt(
            stored,
            spec,
            sql`select id as i, id as customer_id, ${when.at}::timestamptz as at
            from customer where merged_into_id is null`,
          );
  const { ttl } = stored.view;
  const instant = 'now' in when ? when.now : when.at;
  const young =
    ttl > 0 ? sql`and v.event_at >= ${new Date(instant.getTime() - ttl)}::timestamptz` : empty;
  const valueSql = sql`select v.customer_id, v.value from (${rows}) v
    where v.value is not null and v.value <> 'null'::jsonb ${young}`;
  return { valueSql, type: spec.type };
}

function find(registry: Registry, state: State, name: string) {
  const [view, feature] = name.includes(':') ? name.split(':') : [undefined, name];
  const holders = [...registry.views.values()].filter(
    (it) =>
      isCustomer(it.entity) &&
      (view === undefined || it.name === view) &&
      it.features.some((spec) => spec.name === feature && !spec.hidden),
  );
  const [holder] = holders;
  if (!holder) return undefined;
  if (holders.length > 1) {
    throw new CameoError(
      'BAD_INPUT',
      `"${name}" is a feature of several views. Write ${holders.map((it) => `"${it.name}:${name}"`).join(' or ')}.`,
    );
  }
  const stored = state.views.get(holder.name);
  if (!stored) throw notFound('applied view', holder.name, state.views.keys());
  return { stored, spec: findFeature(holder, feature ?? '') };
}

const asText = (instant: Sql): Sql =>
  sql`to_jsonb(to_char(${instant} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))`;

const asJson = (spec: FeatureSpec, value: Sql): Sql =>
  spec.type.kind === 'timestamp' ? asText(value) : sql`to_jsonb(${value})`;

/** Stored rows' values: instants are there as milliseconds. */
function storedValue({ columns }: StoredView, spec: FeatureSpec): Sql {
  const index = columns.findIndex((column) => column.name === spec.name);
  const value = sql`(o.vals->${index}::int)::jsonb`;
  if (spec.type.kind !== 'timestamp') return value;
  return asText(sql`to_timestamp((o.vals->>${index}::int)::float8 / 1000)`);
}

function eventsNow(stored: StoredView, spec: FeatureSpec, now: Date): Sql {
  const stale = sql`(o.next_change_at <= ${now}::timestamptz or o.computed_at > ${now}::timestamptz)`;
  return sql`
    select o.customer_id, o.event_at, ${storedValue(stored, spec)} as value
    from feature_store.online_row o
    where o.view_id = ${stored.id}::int and o.event_at is not null and ${stale} is not true
    union all
    ${eventsAt(
      stored,
      spec,
      sql`select o.customer_id as i, o.customer_id, ${now}::timestamptz as at
        from feature_store.online_row o where o.view_id = ${stored.id}::int and ${stale}`,
    )}`;
}

const eventsAt = ({ view }: StoredView, spec: FeatureSpec, rows: Sql): Sql => sql`
  select q.i as customer_id, q.event_at, ${asJson(spec, sql`q.c0`)} as value
  from (${windowSql({ view, specs: [spec], rows })}) q`;

function pushedNow(stored: StoredView, spec: FeatureSpec, now: Date): Sql {
  const ahead = sql`select o.customer_id from feature_store.online_row o
    where o.view_id = ${stored.id}::int and o.event_at > ${now}::timestamptz`;
  return sql`
    select o.customer_id, o.event_at, ${storedValue(stored, spec)} as value
    from feature_store.online_row o
    where o.view_id = ${stored.id}::int and o.event_at <= ${now}::timestamptz
    union all
    ${pushedAt(stored, spec, now, sql`and ${keyOf(stored)} in (${ahead})`)}`;
}

const keyOf = ({ view }: StoredView): Sql => keyColumn(view.entity.keys[0] ?? '');

const pushedAt = (stored: StoredView, spec: FeatureSpec, at: Date, more: Sql): Sql => sql`
  (select distinct on (${keyOf(stored)}) ${keyOf(stored)} as customer_id, event_at,
    ${asJson(spec, featureColumn(spec.name))} as value
  from ${historyTable(stored.view)} where event_at <= ${at}::timestamptz ${more}
  order by ${keyOf(stored)}, event_at desc, created_at desc nulls last, seq desc)`;
