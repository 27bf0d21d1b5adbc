import { CameoError } from '../../errors.ts';
import type { Aggregate } from './aggregate.ts';
import type { Derived } from './derived.ts';
import { parseDuration } from './duration.ts';
import type { Entity } from './entity.ts';
import { type Declaration, type FeatureSpec, toSpecs } from './feature-spec.ts';
import { type FeatureType, isFeatureType } from './feature-type.ts';
import { checkName } from './names.ts';
import type { Source } from './source.ts';

type Declared<Name extends string, It> =
  It extends Aggregate<infer Value, infer Windows>
    ? [Windows] extends [never]
      ? { [Key in Name]: Value | null }
      : { [Key in `${Name}_${Windows}`]: Value | null }
    : It extends FeatureType<infer Value> | Derived<infer Value>
      ? { [Key in Name]: Value | null }
      : never;
type Merge<Union> = (Union extends unknown ? (it: Union) => void : never) extends (
  it: infer All,
) => void
  ? { [Key in keyof All]: All[Key] }
  : never;

/** The values of a view with these declarations: a feature over several windows is several keys. */
export type ValuesOf<Features> = Merge<
  { [Name in keyof Features & string]: Declared<Name, Features[Name]> }[keyof Features & string]
>;

export interface FeatureView<Name extends string = string, Values = object> {
  readonly kind: 'view';
  readonly name: Name;
  readonly version: number;
  readonly entity: Entity;
  /** Milliseconds that a row stays good after its event; 0 = for ever. */
  readonly ttl: number;
  readonly source: Source;
  readonly features: readonly FeatureSpec[];
  readonly description: string;
  /** Some of the view's features, for a service or an on-demand view. */
  pick<Key extends keyof Values & string>(...names: Key[]): Selection<Pick<Values, Key>>;
}

/** Some features of one view. */
export interface Selection<Values = object> {
  readonly kind: 'selection';
  readonly view: FeatureView;
  readonly names: readonly string[];
  /** For inference only. */
  readonly values?: Values;
}

interface ViewOptions<Features> {
  readonly entity: Entity;
  /** "2h", or 0 = a row never grows too old. */
  readonly ttl: string | 0;
  readonly source: Source;
  readonly features: Features;
  /** Raise it to change what `apply` would refuse: a new version has rows of its own. */
  readonly version?: number;
  readonly description?: string;
}

/**
 * Declares a view: features of one entity from one source.
 * @throws CameoError BAD_INPUT that says which view, which feature, and what to do.
 */
export function featureView<
  const Name extends string,
  Features extends Record<string, Declaration>,
>(name: Name, options: ViewOptions<Features>): FeatureView<Name, ValuesOf<Features>> {
  checkName('view', name);
  const { entity, source, version = 1, description = '' } = options;
  if (!Number.isInteger(version) || version < 1) {
    throw new CameoError('BAD_INPUT', `view "${name}": version ${version} is not 1, 2, 3, ...`);
  }
  checkSource(name, options);
  const view: FeatureView<Name, ValuesOf<Features>> = {
    kind: 'view',
    name,
    version,
    entity,
    source,
    description,
    ttl: options.ttl === 0 ? 0 : parseDuration(options.ttl, `view "${name}", ttl`),
    features: toSpecs(name, options.features),
    pick: (...names) => select(view, names),
  };
  return view;
}

function checkSource(name: string, { entity, source, features }: ViewOptions<object>): void {
  const declared = Object.entries(features as Record<string, Declaration>);
  if (declared.length === 0) {
    throw new CameoError('BAD_INPUT', `view "${name}": it has no features; declare one.`);
  }
  const wrong = declared.find(([, it]) => isFeatureType(it) !== (source.kind === 'pushed'));
  if (wrong) {
    const wanted =
      source.kind === 'pushed'
        ? 'a pushed view takes types, as in int()'
        : 'a view of events takes aggregates, as in count()';
    throw new CameoError('BAD_INPUT', `view "${name}", feature "${wrong[0]}": ${wanted}.`);
  }
  if (source.kind === 'events' && (entity.name !== 'customer' || entity.keys.length !== 1)) {
    throw new CameoError(
      'BAD_INPUT',
      `view "${name}": events belong to customers; its entity must be entity('customer', { keys: ['customer_id'] }).`,
    );
  }
}

function select<Values, Key extends keyof Values & string>(
  view: FeatureView<string, Values>,
  names: readonly Key[],
): Selection<Pick<Values, Key>> {
  const whole = view as unknown as FeatureView;
  for (const name of names) findFeature(whole, name);
  return { kind: 'selection', view: whole, names: [...new Set(names)] };
}

/** @throws CameoError NOT_FOUND naming the feature and what the view has instead. */
export function findFeature(view: FeatureView, name: string): FeatureSpec {
  const found = view.features.find((feature) => feature.name === name && !feature.hidden);
  if (found) return found;
  throw new CameoError(
    'NOT_FOUND',
    `view "${view.name}" has no feature "${name}". It has ${featureNames(view).join(', ')}.`,
  );
}

export const featureNames = (view: FeatureView): string[] =>
  view.features.filter((feature) => !feature.hidden).map((feature) => feature.name);
