import sql, { raw, type Sql } from 'sql-template-tag';
import type { Executor } from './postgres.ts';
import { eventViews, type State, type StoredView, servicesOf } from './state.ts';
import { valuesSql } from './tables.ts';
import { lockVectors, rebuildVectors } from './vectors.ts';
import { typesSql, windowSql } from './window-sql.ts';

/**
 * Computes every view of events anew for these customers, and the vectors that hold them, in the
 * caller's transaction. Customers without events (merged, erased) lose their rows.
 * @param at now
 */
export async function refreshCustomers(
  tx: Executor,
  state: State,
  customerIds: readonly number[],
  at: Date,
  views: readonly StoredView[] = eventViews(state),
): Promise<void> {
  if (customerIds.length === 0 || views.length === 0) return;
  const ids = [...new Set(customerIds)].sort((one, other) => one - other);
  await lockVectors(tx, 'customer');
  for (const view of views) await tx.query(refreshSql(view, ids, at));
  const viewIds = views.map((view) => view.id);
  const known = eventViews(state).map((view) => view.id);
  await expireOtherVersions(tx, known, ids);
  await rebuildVectors(tx, servicesOf(state, viewIds), viewIds, ids.map(String));
}

/**
 * One view's rows for a page of customers. A customer whose first event is yet to come has a row
 * that says when that is, so that reads know from when on to compute.
 */
function refreshSql({ id, view, columns }: StoredView, ids: readonly number[], at: Date): Sql {
  const window = windowSql({
    view: { ...view, features: columns },
    specs: columns,
    nextChange: true,
    rows: sql`select * from r`,
    scope: sql`and e.occurred_at <= ${at}::timestamptz
      and e.customer_id between ${ids[0]} and ${ids.at(-1)}`,
  });
  const values = valuesSql(columns, (spec) => raw(`calc.c${columns.indexOf(spec)}`));
  return sql`
    with r as materialized (
      select c as i, c as customer_id, ${at}::timestamptz as at from unnest(${ids}::int[]) c),
    calc as materialized (${window}),
    future as materialized (
      select r.i, min(e.occurred_at) as first_at
      from r join event e on e.customer_id = r.customer_id and e.occurred_at > ${at}::timestamptz
        and e.customer_id between ${ids[0]} and ${ids.at(-1)} ${typesSql(view)}
      group by r.i),
    saved as (
      insert into feature_store.online_row as o
        (view_id, key, customer_id, event_at, computed_at, next_change_at, vals)
      select ${id}::int, r.i::text, r.i, calc.event_at, r.at,
        least(calc.next_change_at, future.first_at), ${values}
      from r left join calc using (i) left join future using (i)
      where calc.i is not null or future.i is not null
      on conflict (view_id, key) do update set customer_id = excluded.customer_id,
        event_at = excluded.event_at, computed_at = excluded.computed_at,
        next_change_at = excluded.next_change_at, vals = excluded.vals)
    delete from feature_store.online_row o using r
    where o.view_id = ${id}::int and o.key = r.i::text
      and not exists (select 1 from calc where calc.i = r.i)
      and not exists (select 1 from future where future.i = r.i)`;
}

/** Rows of versions that only another release keeps: that release has to compute them again. */
async function expireOtherVersions(
  tx: Executor,
  known: readonly number[],
  ids: readonly number[],
): Promise<void> {
  await tx.prepared(
    'feature-expire-others',
    sql`
      update feature_store.online_row set next_change_at = '-infinity'
      where key = any(${ids.map(String)}::text[]) and computed_at is not null and view_id = any(array(
        select id from feature_view_version
        where definition->'source'->>'kind' = 'events' and id <> all(${known}::int[])))`,
  );
}

/** Customers with a row whose time is over, at most `limit`. */
export async function expiredCustomers(
  tx: Executor,
  state: State,
  at: Date,
  limit: number,
): Promise<number[]> {
  const ids = eventViews(state).map((view) => view.id);
  const rows = await tx.query<{ customer_id: number }>(sql`
    select distinct customer_id from (
      select customer_id from feature_store.online_row
      where next_change_at <= ${at}::timestamptz and view_id = any(${ids}::int[])
      order by next_change_at limit ${limit}) o`);
  return rows.map((row) => row.customer_id);
}

/** Removes all that the store holds about these customers, pushed history included: an erasure. */
export async function forgetCustomers(
  tx: Executor,
  state: State,
  customerIds: readonly number[],
): Promise<void> {
  await lockVectors(tx, 'customer');
  const keys = customerIds.map(String);
  for (const { id, view } of state.views.values()) {
    if (view.entity.name !== 'customer') continue;
    await tx.query(sql`
      delete from feature_store.online_row where view_id = ${id} and key = any(${keys}::text[])`);
    if (view.source.kind !== 'pushed') continue;
    const [column] = view.entity.keys;
    await tx.query(sql`
      delete from ${raw(`feature_store.${view.name}_v${view.version}`)}
      where ${raw(`k_${column}`)} = any(${customerIds}::int[])`);
  }
  const services = [...state.services.values()].filter((it) => it.entity?.name === 'customer');
  await tx.query(sql`
    delete from feature_vector where key = any(${keys}::text[])
      and service_version_id = any(${services.map((it) => it.versionId)}::int[])`);
}
