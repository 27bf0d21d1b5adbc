import { ATTRIBUTES } from '../features/attributes/view.ts';
import { CUSTOMER_KEY, type FeatureValueRow } from '../features/serving/feature-values.ts';
import type { FeatureType, TypeKind } from '../features/store/feature-type.ts';
import type { ListedStore, ListedView } from '../features/store/list.ts';
import type { Context } from './context.ts';

const SCALARS: Record<Exclude<TypeKind, 'list' | 'vector'>, string> = {
  int: 'SafeInt',
  double: 'Float',
  text: 'String',
  bool: 'Boolean',
  timestamp: 'DateTime',
  json: 'JSON',
};

type Field = (row: { id: number }, args: { at?: Date | null }, context: Context) => unknown;

/**
 * The feature views of customers as fields with types of their own, made from the definitions:
 * `customer { purchases { spend90d orders30d } }`.
 */
export function typedFeatures(listed: ListedStore): {
  typeDefs: string;
  resolvers: { Customer: Record<string, Field> };
} {
  const views = listed.views.filter(isStoredOfCustomers);
  return {
    typeDefs: views.map(typeOf).join('\n'),
    resolvers: {
      Customer: Object.fromEntries(views.map((view) => [camelCase(view.name), resolverOf(view)])),
    },
  };
}

/** Attributes come and go with models: they are read by name, and by `customer { attributes }`. */
const isStoredOfCustomers = (view: ListedView) =>
  view.name !== ATTRIBUTES &&
  view.kind !== 'onDemand' &&
  view.keys.length === 1 &&
  view.keys[0] === CUSTOMER_KEY;

function typeOf(view: ListedView): string {
  const field = camelCase(view.name);
  const type = `Customer${field.charAt(0).toUpperCase()}${field.slice(1)}`;
  const fields = view.features.map(({ name, type }) => `${camelCase(name)}: ${typeName(type)}`);
  return `
    extend type Customer {
      "${view.description}"
      ${field}("As of this instant; now when absent." at: DateTime): ${type}!
    }
    type ${type} { ${fields.join('\n')} }`;
}

function typeName(type: FeatureType): string {
  if (type.kind === 'vector') return '[Float!]';
  if (type.kind === 'list') return `[${typeName({ kind: type.item ?? 'json' })}!]`;
  return SCALARS[type.kind];
}

function resolverOf(view: ListedView): Field {
  const names = view.features.map((feature) => `${view.name}:${feature.name}`);
  return async ({ id }, { at }, { loaders }) =>
    byField(await loaders.features({ names, ...(at && { at }) }).load(id));
}

const byField = (values: readonly FeatureValueRow[]) =>
  Object.fromEntries(values.map(({ name, value }) => [camelCase(name), value]));

/** `spend_90d` -> `spend90d`. */
const camelCase = (name: string) =>
  name.replace(/_+([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
