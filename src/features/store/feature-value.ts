import type { ViewRow } from './as-of.ts';
import { isTooOld } from './historical.ts';
import type { Group } from './plan.ts';

/** NULL_VALUE: the row is there and has null. NOT_FOUND: no row. OUTSIDE_MAX_AGE: older than its ttl. */
export type FeatureStatus = 'PRESENT' | 'NULL_VALUE' | 'NOT_FOUND' | 'OUTSIDE_MAX_AGE';

export interface FeatureValue {
  readonly value: unknown;
  readonly status: FeatureStatus;
  /** When the row became true; null for what is computed on demand or was not found. */
  readonly eventTime: Date | null;
  /** Milliseconds from then to now. */
  readonly age: number | null;
}

/** What all features of one view's row have in common. */
export interface Head {
  readonly row: ViewRow | undefined;
  readonly status: FeatureStatus;
  readonly eventTime: Date | null;
  readonly age: number | null;
}

export function toHead(group: Group, row: ViewRow | undefined, now: number): Head {
  if (!row) return { row, status: 'NOT_FOUND', eventTime: null, age: null };
  const status = isTooOld(group, row.eventMs, now) ? 'OUTSIDE_MAX_AGE' : 'PRESENT';
  return { row, status, eventTime: new Date(row.eventMs), age: now - row.eventMs };
}

export const toValue = (
  value: unknown,
  status: FeatureStatus,
  eventTime: Date | null,
  age: number | null,
): FeatureValue => ({
  value,
  status: status === 'PRESENT' && value === null ? 'NULL_VALUE' : status,
  eventTime,
  age,
});
