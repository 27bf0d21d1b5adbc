import { CameoError } from '../../errors.ts';

declare const typed: unique symbol;

export type TypeKind =
  | 'int'
  | 'double'
  | 'text'
  | 'bool'
  | 'timestamp'
  | 'json'
  | 'list'
  | 'vector';

/** The type of a feature's value. `Value` is what TypeScript sees; the fields are what is stored. */
export interface FeatureType<Value = unknown> {
  readonly kind: TypeKind;
  /** Of a list. */
  readonly item?: Exclude<TypeKind, 'list' | 'vector' | 'json'>;
  /** Of a vector: how many numbers. */
  readonly size?: number;
  readonly [typed]?: Value;
}

/** A whole number within +-2^53. */
export const int = (): FeatureType<number> => ({ kind: 'int' });
/** A finite 64-bit number. */
export const double = (): FeatureType<number> => ({ kind: 'double' });
export const text = (): FeatureType<string> => ({ kind: 'text' });
export const bool = (): FeatureType<boolean> => ({ kind: 'bool' });
/** An instant to the millisecond; read back as a Date. */
export const timestamp = (): FeatureType<Date> => ({ kind: 'timestamp' });
/** Any JSON value. */
export const json = (): FeatureType<unknown> => ({ kind: 'json' });

/** Any number of values of one simple type, none of them null. */
export function list<Value>(item: FeatureType<Value>): FeatureType<Value[]> {
  if (item.kind === 'list' || item.kind === 'vector' || item.kind === 'json') {
    throw new CameoError('BAD_INPUT', `list(${item.kind}()): a list holds simple values only.`);
  }
  return { kind: 'list', item: item.kind };
}

/** Exactly `size` finite numbers, kept in 32 bits each. */
export function vector(size: number): FeatureType<number[]> {
  if (Number.isInteger(size) && size >= 1 && size <= 4096) return { kind: 'vector', size };
  throw new CameoError('BAD_INPUT', `vector(${size}): the size is a whole number, 1 to 4096.`);
}

export const isFeatureType = (value: object): value is FeatureType =>
  'kind' in value &&
  ['int', 'double', 'text', 'bool', 'timestamp', 'json', 'list', 'vector'].includes(
    String(value.kind),
  );

/** As people read it: `int`, `list(text)`, `vector(64)`. */
export function describeType(type: FeatureType): string {
  if (type.kind === 'list') return `list(${type.item})`;
  return type.kind === 'vector' ? `vector(${type.size})` : type.kind;
}
