import sql from 'sql-template-tag';
import { CameoError } from '../../errors.ts';
import { hashOf, type ServiceDefinition, serviceDefinition } from './definition-row.ts';
import { type Entity, isCustomer, type KeyKind } from './entity.ts';
import type { FeatureSpec } from './feature-spec.ts';
import type { Executor } from './postgres.ts';
import type { Registry } from './registry.ts';
import { type FeatureService, viewsOf } from './service.ts';
import type { FeatureView } from './view.ts';

/** A view with the id and the order of values that its rows are stored under. */
export interface StoredView {
  readonly id: number;
  readonly view: FeatureView;
  readonly columns: readonly FeatureSpec[];
}

export interface StoredService {
  readonly versionId: number;
  readonly version: number;
  readonly service: FeatureService;
  /** Every view it reads, those of its on-demand views included. */
  readonly views: readonly StoredView[];
  /** The entity whose keys its vectors are stored under; undefined = it has no vectors. */
  readonly entity: Entity | undefined;
}

/** What this process knows of the database: read once, and again after `apply`. */
export interface State {
  readonly views: ReadonlyMap<string, StoredView>;
  readonly services: ReadonlyMap<string, StoredService>;
  /** By entity; filled in by the first push where the definition does not say. */
  readonly keyKinds: Map<string, readonly KeyKind[]>;
}

interface ServiceRow {
  readonly id: number;
  readonly name: string;
  readonly version: number;
  readonly definition: ServiceDefinition;
}

/** @throws CameoError CONFLICT when a definition has not been applied. */
export async function readState(db: Executor, registry: Registry): Promise<State> {
  const views = await readViews(db, registry);
  const services = new Map<string, StoredService>();
  const rows = await db.query<ServiceRow>(sql`
    select v.id, f.name, v.version, v.definition
    from feature_service f join feature_service_version v on v.service_id = f.id
    order by v.version desc`);
  for (const service of registry.services.values()) {
    const hash = hashOf(serviceDefinition(service));
    const row = rows.find((it) => it.name === service.name && hashOf(it.definition) === hash);
    if (!row) throw unapplied('service', service.name);
    services.set(service.name, toStored(service, row, views));
  }
  return { views, services, keyKinds: await readKeyKinds(db) };
}

async function readViews(db: Executor, registry: Registry): Promise<Map<string, StoredView>> {
  const rows = await db.query<{
    id: number;
    name: string;
    version: number;
    columns: FeatureSpec[];
  }>(
    sql`
      select v.id, f.name, v.version, v.columns
      from feature_view f join feature_view_version v on v.view_id = f.id`,
  );
  const views = new Map<string, StoredView>();
  for (const view of registry.views.values()) {
    const row = rows.find(({ name, version }) => name === view.name && version === view.version);
    const known = new Set(row?.columns.map((column) => column.name));
    if (!row || view.features.some((feature) => !known.has(feature.name))) {
      throw unapplied('view', view.name);
    }
    views.set(view.name, { id: row.id, view, columns: row.columns });
  }
  return views;
}

export async function readKeyKinds(db: Executor): Promise<Map<string, readonly KeyKind[]>> {
  const rows = await db.query<{ name: string; key_kinds: KeyKind[] }>(
    sql`select name, key_kinds from feature_entity where key_kinds is not null`,
  );
  return new Map(rows.map((row) => [row.name, row.key_kinds]));
}

function toStored(
  service: FeatureService,
  row: { id: number; version: number },
  views: ReadonlyMap<string, StoredView>,
): StoredService {
  const stored = viewsOf(service).flatMap(({ name }) => views.get(name) ?? []);
  const [first] = stored;
  const entity = first?.view.entity;
  const shared = stored.every(({ view }) => view.entity.name === entity?.name);
  return {
    versionId: row.id,
    version: row.version,
    service,
    views: stored,
    entity: shared ? entity : undefined,
  };
}

/** Views of events of Cameo's customers: what a refresh computes. */
export const eventViews = (state: State): StoredView[] =>
  [...state.views.values()].filter(
    ({ view }) => view.source.kind === 'events' && isCustomer(view.entity),
  );

/** The services whose vectors hold rows of any of these views. */
export const servicesOf = (state: State, viewIds: readonly number[]): StoredService[] =>
  [...state.services.values()].filter(
    ({ entity, views }) => entity && views.some(({ id }) => viewIds.includes(id)),
  );

const unapplied = (kind: string, name: string): CameoError =>
  new CameoError(
    'CONFLICT',
    `${kind} "${name}" is not applied as it is defined here. Run store.apply() first.`,
  );
