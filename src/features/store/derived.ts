import type { FeatureType } from './feature-type.ts';

/** A feature computed from others of the same view, in the statement that computes them. */
export interface Derived<Value = unknown> {
  readonly kind: 'derived';
  readonly type: FeatureType<Value>;
  readonly operation: 'ratio' | 'difference' | 'daysSince';
  /** The features it reads, in order. */
  readonly of: readonly string[];
}

/** `numerator / denominator`; null where either is null or the denominator is 0. */
export const ratio = (numerator: string, denominator: string): Derived<number> => ({
  kind: 'derived',
  type: { kind: 'double' },
  operation: 'ratio',
  of: [numerator, denominator],
});

/** `one - other`; null where either is null. */
export const difference = (one: string, other: string): Derived<number> => ({
  kind: 'derived',
  type: { kind: 'double' },
  operation: 'difference',
  of: [one, other],
});

/** Whole days (24 h) from a timestamp feature to the instant asked about. */
export const daysSince = (feature: string): Derived<number> => ({
  kind: 'derived',
  type: { kind: 'int' },
  operation: 'daysSince',
  of: [feature],
});
