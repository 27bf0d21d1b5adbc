import sql from 'sql-template-tag';
import type { Executor } from './postgres.ts';
import { findService, type Registry } from './registry.ts';
import type { State } from './state.ts';
import type { FeatureView } from './view.ts';

export interface LineageFeature {
  readonly view: string;
  readonly version: number;
  readonly feature: string;
  /** What it is made of: event types ("*" = all), "pushed", or for on-demand ones other features. */
  readonly from: readonly string[];
}

export interface Lineage {
  readonly service: string;
  readonly version: number;
  readonly features: readonly LineageFeature[];
  readonly trainingSets: readonly {
    readonly id: number;
    readonly name: string;
    readonly hash: string;
  }[];
  readonly modelVersions: readonly string[];
}

/** From event types through features to the service, its training sets and the models made of them. */
export async function readLineage(
  db: Executor,
  registry: Registry,
  state: State,
  name: string,
): Promise<Lineage> {
  const service = findService(registry, name);
  const stored = state.services.get(service.name);
  const features = service.selections.flatMap(({ view, names }) =>
    names.map((feature) => ({
      view: view.name,
      version: view.version,
      feature,
      from: sources(view),
    })),
  );
  const computed = service.onDemand.flatMap((view) =>
    view.features.map((feature) => ({
      view: view.name,
      version: 1,
      feature: feature.name,
      from: [
        ...view.selections.flatMap((it) => it.names.map((input) => `${it.view.name}:${input}`)),
        ...Object.keys(view.requests).map((field) => `request:${field}`),
      ],
    })),
  );
  const trainingSets = await db.query<{ id: number; name: string; hash: string }>(
    sql`select id, name, hash from training_set where service = ${name} order by id`,
  );
  const models = await db.query<{ model_version: string }>(sql`
    select model_version from feature_service_model
    where service_version_id = ${stored?.versionId ?? 0} order by created_at, model_version`);
  return {
    service: service.name,
    version: stored?.version ?? 0,
    features: [...features, ...computed],
    trainingSets,
    modelVersions: models.map((row) => row.model_version),
  };
}

function sources({ source }: FeatureView): string[] {
  if (source.kind === 'pushed') return ['pushed'];
  return source.types.length === 0 ? ['*'] : [...source.types];
}

/** Notes that a model version was trained on the service as it is now. */
export async function linkModel(
  db: Executor,
  registry: Registry,
  state: State,
  service: string,
  modelVersion: string,
): Promise<void> {
  const stored = state.services.get(findService(registry, service).name);
  await db.query(sql`
    insert into feature_service_model (service_version_id, model_version)
    values (${stored?.versionId}, ${modelVersion}) on conflict do nothing`);
}
