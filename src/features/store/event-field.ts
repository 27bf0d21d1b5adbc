import { CameoError } from '../../errors.ts';
import type { FeatureType } from './feature-type.ts';

/** What an aggregate reads of an event: a column, `text.length`, or a path into its properties. */
export type EventField =
  | 'occurredAt'
  | 'createdAt'
  | 'type'
  | 'itemId'
  | 'amount'
  | 'currency'
  | 'text'
  | 'text.length'
  | 'messageId'
  | `properties.${string}`;

const COLUMN_TYPES: Record<string, FeatureType> = {
  occurredAt: { kind: 'timestamp' },
  createdAt: { kind: 'timestamp' },
  type: { kind: 'text' },
  itemId: { kind: 'text' },
  amount: { kind: 'double' },
  currency: { kind: 'text' },
  text: { kind: 'text' },
  'text.length': { kind: 'int' },
  messageId: { kind: 'text' },
};

/** The keys of a `properties.a.b` field; undefined when it is a column. */
export function propertyPath(field: string): string[] | undefined {
  if (!field.startsWith('properties.')) return undefined;
  return field.slice('properties.'.length).split('.');
}

/**
 * The type of a field; properties are json until an aggregate asks for more.
 * @throws CameoError BAD_INPUT when an event has no such field.
 */
export function fieldType(field: string, where: string): FeatureType {
  if (propertyPath(field)?.every((key) => key !== '')) return { kind: 'json' };
  const type = COLUMN_TYPES[field];
  if (type) return type;
  throw new CameoError(
    'BAD_INPUT',
    `${where}: an event has no field "${field}". It has ${Object.keys(COLUMN_TYPES).join(', ')} and properties.<name>.`,
  );
}
