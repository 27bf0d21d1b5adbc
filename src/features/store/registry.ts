import { CameoError } from '../../errors.ts';
import type { Entity } from './entity.ts';
import { checkDistinct } from './names.ts';
import type { OnDemandView } from './on-demand.ts';
import type { FeatureService } from './service.ts';
import type { FeatureView } from './view.ts';

export type Definition =
  | Entity
  | FeatureView<string, never>
  | FeatureView
  | OnDemandView
  | FeatureService;

/** The definitions of one store, by name; what a service or a view refers to is in it too. */
export interface Registry {
  readonly entities: ReadonlyMap<string, Entity>;
  readonly views: ReadonlyMap<string, FeatureView>;
  readonly onDemand: ReadonlyMap<string, OnDemandView>;
  readonly services: ReadonlyMap<string, FeatureService>;
}

/** @throws CameoError BAD_INPUT when two different definitions have one name. */
export function createRegistry(definitions: readonly Definition[]): Registry {
  const all = new Set<Definition>();
  for (const definition of definitions) addWithParts(all, definition);
  const of = <Kind extends Definition['kind']>(kind: Kind) =>
    [...all].filter((it): it is Extract<Definition, { kind: Kind }> => it.kind === kind);
  const views = of('view') as FeatureView[];
  const onDemand = of('onDemand');
  checkDistinct(
    'view',
    [...views, ...onDemand].map((view) => view.name),
  );
  return {
    entities: byName('entity', of('entity')),
    views: byName('view', views),
    onDemand: byName('on-demand view', onDemand),
    services: byName('service', of('service')),
  };
}

function addWithParts(all: Set<Definition>, definition: Definition): void {
  if (all.has(definition)) return;
  all.add(definition);
  if (definition.kind === 'view') addWithParts(all, definition.entity);
  if (definition.kind === 'service' || definition.kind === 'onDemand') {
    for (const { view } of definition.selections) addWithParts(all, view);
  }
  if (definition.kind === 'service') {
    for (const view of definition.onDemand) addWithParts(all, view);
  }
}

function byName<It extends { name: string }>(what: string, items: readonly It[]): Map<string, It> {
  const map = new Map<string, It>();
  for (const item of items) {
    const other = map.get(item.name);
    // Two modules may each declare `entity('driver', ...)`; that is one entity as long as they agree.
    if (other && JSON.stringify(other) !== JSON.stringify(item)) {
      throw new CameoError('BAD_INPUT', `${what} "${item.name}" is defined twice; rename one.`);
    }
    map.set(item.name, item);
  }
  return map;
}

/** @throws CameoError NOT_FOUND naming the view and those there are. */
export function findView(registry: Registry, name: string): FeatureView {
  const view = registry.views.get(name);
  if (view) return view;
  throw notFound('feature view', name, registry.views.keys());
}

/** @throws CameoError NOT_FOUND naming the service and those there are. */
export function findService(registry: Registry, name: string): FeatureService {
  const service = registry.services.get(name);
  if (service) return service;
  throw notFound('feature service', name, registry.services.keys());
}

export function notFound(what: string, name: string, known: Iterable<string>): CameoError {
  const names = [...known].sort().join(', ');
  return new CameoError('NOT_FOUND', `There is no ${what} "${name}". There is ${names || 'none'}.`);
}
