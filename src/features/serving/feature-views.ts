import sql from 'sql-template-tag';
import type { Queryable } from '../../db.ts';
import type { FeatureStore } from '../store/store.ts';

export interface FeatureViewRow {
  readonly name: string;
  readonly version: number;
  readonly description: string | null;
  readonly entity: string | null;
  readonly keys: readonly string[];
  /** A duration; null = for ever. */
  readonly ttl: string | null;
  readonly source: string;
  readonly features: readonly { name: string; type: string; description: null }[];
  /** When its newest stored row was computed or pushed. */
  readonly refreshedAt: Date | null;
  readonly services: readonly string[];
}

/** Every feature view as defined, with how fresh its stored rows are. */
export async function listFeatureViews(
  db: Queryable,
  store: FeatureStore,
): Promise<FeatureViewRow[]> {
  const { views, services } = store.list();
  const refreshed = await refreshTimes(db);
  return views.map(({ name, version, entity, keys, ttl, description, ...view }) => ({
    name,
    version,
    description: description || null,
    entity,
    keys,
    ttl: ttl === 0 ? null : `${ttl / 1_000}s`,
    source: view.kind === 'events' ? `events:${view.eventTypes.join(',') || '*'}` : view.kind,
    features: view.features.map(({ name, typeName }) => ({
      name,
      type: typeName,
      description: null,
    })),
    refreshedAt: refreshed.get(name) ?? null,
    services: services
      .filter((service) => service.features.some((feature) => feature.startsWith(`${name}:`)))
      .map((service) => service.name),
  }));
}

async function refreshTimes(db: Queryable): Promise<Map<string, Date>> {
  const rows = await db.query<{ name: string; at: Date }>(sql`
    select v.name, max(o.computed_at) as at
    from feature_view v join feature_view_version n on n.view_id = v.id and n.version = v.version
      join feature_store.online_row o on o.view_id = n.id
    group by v.name`);
  return new Map(rows.map(({ name, at }) => [name, at]));
}
