import { createHash } from 'node:crypto';
import type { FeatureSpec } from './feature-spec.ts';
import { describeType } from './feature-type.ts';
import type { FeatureService } from './service.ts';
import type { FeatureView } from './view.ts';

/** A view as it is stored: what makes it the same view to another process. */
export interface ViewDefinition {
  readonly entity: string;
  readonly keys: readonly string[];
  readonly ttl: number;
  readonly source: FeatureView['source'];
  readonly features: readonly FeatureSpec[];
  readonly description: string;
}

export interface ServiceDefinition {
  readonly selections: readonly { readonly view: string; readonly features: readonly string[] }[];
  readonly onDemand: readonly { readonly view: string; readonly features: readonly string[] }[];
}

export const viewDefinition = (view: FeatureView): ViewDefinition => ({
  entity: view.entity.name,
  keys: view.entity.keys,
  ttl: view.ttl,
  source: view.source,
  features: view.features,
  description: view.description,
});

export const serviceDefinition = (service: FeatureService): ServiceDefinition => ({
  selections: service.selections.map(({ view, names }) => ({ view: view.name, features: names })),
  onDemand: service.onDemand.map((view) => ({
    view: view.name,
    features: view.features.map((feature) => feature.name),
  })),
});

/** The same text for equal values, whatever order their keys came in. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_, it: unknown) =>
    it !== null && typeof it === 'object' && !Array.isArray(it)
      ? Object.fromEntries(Object.entries(it).sort(([a], [b]) => (a < b ? -1 : 1)))
      : it,
  );
}

export const hashOf = (value: unknown): string =>
  createHash('sha256').update(canonical(value)).digest('hex');

/** One definition that `apply` made or changed. */
export interface Change {
  readonly kind: 'view' | 'service';
  readonly name: string;
  readonly version: number;
  readonly diff: readonly string[];
}

export interface Difference {
  readonly what: string;
  /** Rows stored before would no longer mean what the definition says. */
  readonly breaking: boolean;
}

/** What changed between two definitions of one view. */
export function diffViews(before: ViewDefinition, after: ViewDefinition): Difference[] {
  const changed = (
    name: 'entity' | 'keys' | 'ttl' | 'source' | 'description',
    breaking: boolean,
  ) =>
    canonical(before[name]) === canonical(after[name])
      ? []
      : [{ what: `${name}: ${canonical(before[name])} -> ${canonical(after[name])}`, breaking }];
  return [
    ...changed('entity', true),
    ...changed('keys', true),
    ...changed('source', true),
    ...changed('ttl', false),
    ...changed('description', false),
    ...diffFeatures(before.features, after.features),
  ];
}

function diffFeatures(before: readonly FeatureSpec[], after: readonly FeatureSpec[]): Difference[] {
  const now = new Map(after.map((spec) => [spec.name, spec]));
  const was = new Set(before.map((spec) => spec.name));
  const gone = before.flatMap((spec): Difference[] => {
    const same = now.get(spec.name);
    if (!same) {
      return spec.hidden ? [] : [{ what: `- ${describe(spec)}`, breaking: true }];
    }
    if (meaning(same) === meaning(spec)) return [];
    return [{ what: `${describe(spec)} -> ${describe(same)}`, breaking: true }];
  });
  const added = after.filter((spec) => !was.has(spec.name));
  return [...gone, ...added.map((spec) => ({ what: `+ ${describe(spec)}`, breaking: false }))];
}

const meaning = ({ type, aggregate, derived }: FeatureSpec): string =>
  canonical({ type, aggregate, derived });

function describe({ name, type, aggregate, derived }: FeatureSpec): string {
  const how = aggregate ?? derived;
  return `${name}: ${describeType(type)}${how ? ` ${canonical(how)}` : ''}`;
}
