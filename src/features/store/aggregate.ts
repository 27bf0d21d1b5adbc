import { CameoError } from '../../errors.ts';
import { type Duration, parseDuration } from './duration.ts';
import { type EventField, fieldType } from './event-field.ts';
import type { FeatureType } from './feature-type.ts';
import { checkWhere, type Where } from './where.ts';

export type AggregateName =
  | 'count'
  | 'sum'
  | 'mean'
  | 'min'
  | 'max'
  | 'stddev'
  | 'countDistinct'
  | 'first'
  | 'last'
  | 'mostFrequent'
  | 'percentile';

/** What an aggregate computes, as plain data: this is what a definition row holds. */
export interface AggregateSpec {
  readonly name: AggregateName;
  readonly field?: string;
  /** Of a percentile: 0 to 1. */
  readonly fraction?: number;
  readonly where?: Where;
}

/** `Windows` is never for one window or none, else the union of the windows' names. */
export interface Aggregate<Value = unknown, Windows extends string = string> {
  readonly kind: 'aggregate';
  readonly type: FeatureType<Value>;
  readonly spec: AggregateSpec;
  /** As written; empty = all time. */
  readonly windows: readonly string[];
  /** Only events that meet every condition: `{ amount: { gte: 10 }, 'properties.channel': 'web' }`. */
  where(conditions: Where): Aggregate<Value, Windows>;
  /** Over the last `window`, both ends inside. */
  over(window: Duration): Aggregate<Value, never>;
  /** One feature for each window, named `<feature>_<window>`. */
  over<const Many extends readonly [Duration, Duration, ...Duration[]]>(
    ...windows: Many
  ): Aggregate<Value, Many[number]>;
}

function aggregate<Value>(
  type: FeatureType<Value>,
  spec: AggregateSpec,
  windows: readonly string[] = [],
): Aggregate<Value, never> {
  return {
    kind: 'aggregate',
    type,
    spec,
    windows,
    where: (conditions) =>
      aggregate(type, { ...spec, where: checkWhere(conditions, spec.name) }, windows),
    over: (...over: string[]) => {
      for (const window of over) parseDuration(window, `${spec.name}().over`);
      return aggregate(type, spec, over) as never;
    },
  };
}

const DOUBLE: FeatureType<number> = { kind: 'double' };
const INT: FeatureType<number> = { kind: 'int' };
const TEXT: FeatureType<string> = { kind: 'text' };

/** How many events; 0 when there are none in the window. */
export const count = (): Aggregate<number, never> => aggregate(INT, { name: 'count' });
/** 0 when no event in the window has a number there. */
export const sum = (field: EventField) => numeric('sum', field);
/** Null when no event in the window has a number there, as are the ones below. */
export const mean = (field: EventField) => numeric('mean', field);
/** The sample standard deviation: null for fewer than two numbers. */
export const stddev = (field: EventField) => numeric('stddev', field);
/** The interpolated percentile; `fraction` 0.5 is the median. */
export function percentile(field: EventField, fraction: number): Aggregate<number, never> {
  if (fraction >= 0 && fraction <= 1) return numeric('percentile', field, { fraction });
  throw new CameoError('BAD_INPUT', `percentile("${field}", ${fraction}): give 0 to 1.`);
}
/** The smallest number, or the earliest time. */
export const min = <const Field extends EventField>(field: Field) => extreme('min', field);
/** The greatest number, or the latest time. */
export const max = <const Field extends EventField>(field: Field) => extreme('max', field);
/** How many different values, nulls aside; 0 when there are none. */
export function countDistinct(field: EventField): Aggregate<number, never> {
  fieldType(field, `countDistinct("${field}")`);
  return aggregate(INT, { name: 'countDistinct', field });
}
/** The field of the earliest event (ties: the first to arrive), null where it has none. */
export const first = <const Field extends EventField>(field: Field) => edge('first', field);
/** The field of the latest event (ties: the last to arrive), null where it has none. */
export const last = <const Field extends EventField>(field: Field) => edge('last', field);
/** The value seen most often as text, nulls aside; ties: the first in byte order. */
export function mostFrequent(field: EventField): Aggregate<string, never> {
  fieldType(field, `mostFrequent("${field}")`);
  return aggregate(TEXT, { name: 'mostFrequent', field });
}

type FieldValue<Field extends string> = Field extends 'occurredAt' | 'createdAt'
  ? Date
  : Field extends 'amount' | 'text.length'
    ? number
    : Field extends `properties.${string}`
      ? unknown
      : string;
type ExtremeValue<Field extends string> = Field extends 'occurredAt' | 'createdAt' ? Date : number;

function numeric(
  name: AggregateName,
  field: EventField,
  more: { fraction?: number } = {},
): Aggregate<number, never> {
  const { kind } = fieldType(field, `${name}("${field}")`);
  if (kind === 'double' || kind === 'int' || kind === 'json') {
    return aggregate(DOUBLE, { name, field, ...more });
  }
  throw new CameoError('BAD_INPUT', `${name}("${field}"): ${field} is ${kind}, not a number.`);
}

function extreme<Field extends EventField>(
  name: 'min' | 'max',
  field: Field,
): Aggregate<ExtremeValue<Field>, never> {
  const type = fieldType(field, `${name}("${field}")`);
  const made = type.kind === 'timestamp' ? aggregate(type, { name, field }) : numeric(name, field);
  return made as Aggregate<ExtremeValue<Field>, never>;
}

function edge<Field extends EventField>(
  name: 'first' | 'last',
  field: Field,
): Aggregate<FieldValue<Field>, never> {
  const type = fieldType(field, `${name}("${field}")`);
  return aggregate(type as FeatureType<FieldValue<Field>>, { name, field });
}
