import { CameoError } from '../../errors.ts';
import type { FeatureSpec } from './feature-spec.ts';
import type { FeatureType } from './feature-type.ts';
import type { OnDemandView } from './on-demand.ts';
import { findService, findView, notFound, type Registry } from './registry.ts';
import type { FeatureService } from './service.ts';
import type { State, StoredService, StoredView } from './state.ts';
import { featureNames, findFeature, type Selection } from './view.ts';

/**
 * Other names for the key columns of a view: `{ driver_stats: { driver_id: 'chauffeur' } }`. With
 * `view`, the outer name is an alias, so that one view can be joined more than once:
 * `{ origin: { view: 'cities', keys: { city: 'from' } }, target: { view: 'cities', keys: { city: 'to' } } }`.
 */
export type JoinKeyMap = Readonly<
  Record<
    string,
    | Readonly<Record<string, string>>
    | { readonly view: string; readonly keys: Readonly<Record<string, string>> }
  >
>;

export interface FeatureRequest {
  /** `view:feature`, or `view:*` for all of a view. */
  readonly features?: readonly string[] | undefined;
  readonly service?: string | FeatureService | undefined;
  /** Names results `view__feature`. */
  readonly fullNames?: boolean | undefined;
  readonly joinKeyMap?: JoinKeyMap | undefined;
}

/** A view to read, once for each alias, with the features that anything needs of it. */
export interface Group {
  readonly alias: string;
  readonly stored: StoredView;
  /** The rows' columns for the entity's keys, in order. */
  readonly keyColumns: readonly string[];
  readonly specs: FeatureSpec[];
  /** Where each spec's value is in a stored row. */
  readonly layout: number[];
}

interface Place {
  readonly group: number;
  readonly index: number;
  readonly type: FeatureType;
}

export interface Output {
  readonly name: string;
  /** The alias, or the view's name. */
  readonly view: string;
  readonly feature: string;
  readonly from: Place | { readonly onDemand: number };
}

export interface Plan {
  readonly groups: readonly Group[];
  readonly outputs: readonly Output[];
  readonly onDemand: readonly {
    readonly view: OnDemandView;
    readonly inputs: readonly (Place & { readonly name: string })[];
  }[];
  readonly service: StoredService | undefined;
}

/**
 * Which views to read, and where each result comes from.
 * @throws CameoError naming a view, feature, service or key that does not exist, or two features
 *   whose results would share a name.
 */
export function planFeatures(registry: Registry, state: State, request: FeatureRequest): Plan {
  const builder = createBuilder(registry, state, request.joinKeyMap ?? {});
  let service: StoredService | undefined;
  if (request.service !== undefined) {
    const { service: wanted } = request;
    const found = typeof wanted === 'string' ? findService(registry, wanted) : wanted;
    service = state.services.get(found.name);
    for (const { view, names } of found.selections) builder.add(view.name, names);
    for (const view of found.onDemand) builder.add(view.name, undefined);
  }
  for (const reference of request.features ?? []) {
    const [, name, feature] = /^([^:]+):([^:]+)$/.exec(reference) ?? [];
    if (name === undefined || feature === undefined) {
      throw new CameoError('BAD_INPUT', `feature "${reference}": write "view:feature".`);
    }
    builder.add(name, feature === '*' ? undefined : [feature]);
  }
  const { groups, onDemand } = builder;
  const outputs = builder.outputs.map((output) => ({
    ...output,
    name: request.fullNames ? `${output.view}__${output.feature}` : output.feature,
  }));
  if (outputs.length === 0) throw new CameoError('BAD_INPUT', 'Ask for features or a service.');
  checkCollisions(outputs);
  return { groups, onDemand, outputs, service: request.joinKeyMap ? undefined : service };
}

function createBuilder(registry: Registry, state: State, map: JoinKeyMap) {
  const groups: Group[] = [];
  const outputs: Omit<Output, 'name'>[] = [];
  const onDemand: Plan['onDemand'][number][] = [];
  const aliases = readAliases(registry, map);

  const place = (alias: string, feature: string): Place => {
    const group = groupOf(alias);
    const { specs, stored, layout } = groups[group] as Group;
    const spec = findFeature(stored.view, feature);
    let index = specs.findIndex((it) => it.name === feature);
    if (index < 0) {
      index = specs.push(spec) - 1;
      layout.push(stored.columns.findIndex((column) => column.name === feature));
    }
    return { group, index, type: spec.type };
  };
  const groupOf = (alias: string): number => {
    const at = groups.findIndex((group) => group.alias === alias);
    if (at >= 0) return at;
    const { view: name, keys } = aliases.get(alias) ?? { view: alias, keys: {} };
    const { entity } = findView(registry, name);
    const stored = state.views.get(name) as StoredView;
    const keyColumns = entity.keys.map((key) => keys[key] ?? key);
    return groups.push({ alias, stored, keyColumns, specs: [], layout: [] }) - 1;
  };
  const computed = (view: OnDemandView): number => {
    const at = onDemand.findIndex((it) => it.view.name === view.name);
    if (at >= 0) return at;
    const inputs = view.selections.flatMap(({ view: { name }, names }: Selection) =>
      names.map((feature) => ({ ...place(name, feature), name: feature })),
    );
    return onDemand.push({ view, inputs }) - 1;
  };
  return {
    groups,
    outputs,
    onDemand,
    add(name: string, wanted: readonly string[] | undefined): void {
      const view = registry.onDemand.get(name);
      if (!view) {
        const known = findView(registry, aliases.get(name)?.view ?? name);
        for (const feature of wanted ?? featureNames(known)) {
          outputs.push({ view: name, feature, from: place(name, feature) });
        }
        return;
      }
      const names = view.features.map((feature) => feature.name);
      for (const feature of wanted ?? names) {
        if (!names.includes(feature)) throw notFound(`feature of "${name}":`, feature, names);
        outputs.push({ view: name, feature, from: { onDemand: computed(view) } });
      }
    },
  };
}

function readAliases(registry: Registry, map: JoinKeyMap) {
  const aliases = new Map<string, { view: string; keys: Readonly<Record<string, string>> }>();
  for (const [alias, entry] of Object.entries(map)) {
    const { view, keys } =
      typeof entry.keys === 'object'
        ? (entry as { view: string; keys: Record<string, string> })
        : { view: alias, keys: entry as Record<string, string> };
    const known = findView(registry, view).entity.keys;
    const wrong = Object.keys(keys).find((key) => !known.includes(key));
    if (wrong !== undefined) throw notFound(`key of view "${view}":`, wrong, known);
    aliases.set(alias, { view, keys });
  }
  return aliases;
}

function checkCollisions(outputs: readonly Output[]): void {
  const seen = new Map<string, Output>();
  for (const output of outputs) {
    const other = seen.get(output.name);
    if (other) {
      throw new CameoError(
        'BAD_INPUT',
        `${other.view}:${other.feature} and ${output.view}:${output.feature} would both be "${output.name}". Set fullNames: true, or ask for one of them.`,
      );
    }
    seen.set(output.name, output);
  }
}
