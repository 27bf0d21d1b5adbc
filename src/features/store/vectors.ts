import sql, { empty, type Sql } from 'sql-template-tag';
import type { Executor } from './postgres.ts';
import type { StoredService, StoredView } from './state.ts';

/** The first half of the lock's number; the second is the entity's name, hashed. */
const VECTOR_LOCK = 7203;

/**
 * A vector is made of rows of several views. Whoever changes such a row holds this lock until the
 * end of its transaction, or two of them could each write a vector without the other's row.
 */
export async function lockVectors(tx: Executor, entity: string): Promise<void> {
  await tx.prepared(
    'feature-vector-lock',
    sql`select pg_advisory_xact_lock(${VECTOR_LOCK}, hashtext(${entity}))`,
  );
}

/**
 * Writes the vectors of these keys anew, after rows of `viewIds` have changed in this transaction.
 * Vectors of services that this process does not know are dropped; reads then fall back to views.
 */
export async function rebuildVectors(
  tx: Executor,
  services: readonly StoredService[],
  viewIds: readonly number[],
  keys: readonly string[],
): Promise<void> {
  const known = services.map((service) => service.versionId);
  await tx.prepared(
    'feature-vector-drop',
    sql`
      delete from feature_vector where key = any(${keys}::text[]) and service_version_id in (
        select id from feature_service_version
        where view_ids && ${viewIds}::int[] and id <> all(${known}::int[]))`,
  );
  for (const service of services) await rebuild(tx, service, keys);
}

async function rebuild(
  tx: Executor,
  { versionId, views }: StoredService,
  keys: readonly string[],
): Promise<void> {
  await tx.prepared(
    'feature-vector-rebuild',
    sql`
      with made as (
        insert into feature_vector (service_version_id, key, "values", valid_from, valid_until)
        ${vectorsSql(versionId, views, sql`and o.key = any(${keys}::text[])`)}
        on conflict (service_version_id, key) do update set "values" = excluded."values",
          valid_from = excluded.valid_from, valid_until = excluded.valid_until
        returning key)
      delete from feature_vector v
      where v.service_version_id = ${versionId}::int and v.key = any(${keys}::text[])
        and v.key not in (select key from made)`,
  );
}

/** Writes all vectors of a service anew: for a new service of views that have rows already. */
export async function rebuildAll(tx: Executor, { versionId, views }: StoredService): Promise<void> {
  await tx.query(sql`delete from feature_vector where service_version_id = ${versionId}::int`);
  await tx.query(sql`
    insert into feature_vector (service_version_id, key, "values", valid_from, valid_until)
    ${vectorsSql(versionId, views, empty)}`);
}

function vectorsSql(versionId: number, views: readonly StoredView[], more: Sql): Sql {
  return sql`
    select ${versionId}::int, o.key,
      json_object_agg(o.view_id,
        json_build_array((extract(epoch from o.event_at) * 1000)::int8, o.vals)),
      greatest(max(o.event_at), max(o.computed_at)), min(o.next_change_at)
    from feature_store.online_row o
    where o.view_id = any(${views.map((view) => view.id)}::int[]) ${more}
    group by o.key`;
}
