import { describeType, type FeatureType } from './feature-type.ts';
import type { Registry } from './registry.ts';

export interface ListedView {
  readonly name: string;
  readonly version: number;
  readonly kind: 'pushed' | 'events' | 'onDemand';
  readonly entity: string | null;
  readonly keys: readonly string[];
  /** Milliseconds; 0 = unlimited. */
  readonly ttl: number;
  readonly eventTypes: readonly string[];
  readonly description: string;
  readonly features: readonly {
    readonly name: string;
    readonly type: FeatureType;
    /** As people read it. */
    readonly typeName: string;
  }[];
}

export interface ListedStore {
  readonly views: readonly ListedView[];
  readonly services: readonly { readonly name: string; readonly features: readonly string[] }[];
}

/** All that is defined, as plain data: what the API generates its typed fields from. */
export function describeStore(registry: Registry): ListedStore {
  const stored = [...registry.views.values()].map(
    (view): ListedView => ({
      name: view.name,
      version: view.version,
      kind: view.source.kind,
      entity: view.entity.name,
      keys: view.entity.keys,
      ttl: view.ttl,
      eventTypes: view.source.kind === 'events' ? view.source.types : [],
      description: view.description,
      features: view.features.filter((it) => !it.hidden).map(describe),
    }),
  );
  const computed = [...registry.onDemand.values()].map(
    (view): ListedView => ({
      name: view.name,
      version: 1,
      kind: 'onDemand',
      entity: view.selections[0]?.view.entity.name ?? null,
      keys: view.selections[0]?.view.entity.keys ?? [],
      ttl: 0,
      eventTypes: [],
      description: '',
      features: view.features.map(describe),
    }),
  );
  const services = [...registry.services.values()].map(({ name, selections, onDemand }) => ({
    name,
    features: [
      ...selections.flatMap(({ view, names }) => names.map((it) => `${view.name}:${it}`)),
      ...onDemand.flatMap((view) => view.features.map((it) => `${view.name}:${it.name}`)),
    ],
  }));
  return { views: [...stored, ...computed], services };
}

const describe = ({ name, type }: { name: string; type: FeatureType }) => ({
  name,
  type,
  typeName: describeType(type),
});
