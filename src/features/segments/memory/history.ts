import type { Json } from '../rule/types.ts';

/** An event as rules see it; times are milliseconds since the epoch. */
export interface HistoryEvent {
  /** Grows with arrival: it decides between events of the same millisecond. */
  readonly id: number;
  readonly occurredAt: number;
  readonly type: string;
  readonly amount?: number | null;
  readonly currency?: string | null;
  readonly itemId?: string | null;
  readonly text?: string | null;
  readonly properties?: Json;
}

/** A value that a trait was given; null unsets it. */
export interface TraitChange {
  readonly id: number;
  readonly name: string;
  readonly at: number;
  readonly value: Json;
}

/** A feature's or prediction's value; null and absent are the same. */
export interface Reading {
  readonly value: Json;
  /** The first instant at which the value may be another without being written anew. */
  readonly until?: number | undefined;
}

/** The customer's stays in a segment that other rules refer to. */
export interface SegmentRecord {
  /** [entered, exited): milliseconds; `exited` is undefined while the stay lasts. */
  readonly stays: readonly { readonly entered: number; readonly exited?: number | undefined }[];
  /** When time alone may change the membership. */
  readonly nextTransition?: number | undefined;
}

/** All that rules may ask about one customer. Events and traits may lie after the instant asked about. */
export interface CustomerHistory {
  /** In order of (occurredAt, id). */
  readonly events: readonly HistoryEvent[];
  /** In order of (at, id). */
  readonly traits: readonly TraitChange[];
  readonly features: ReadonlyMap<string, Reading>;
  readonly predictions: ReadonlyMap<string, Reading>;
  readonly segments: ReadonlyMap<string, SegmentRecord>;
}

/** Oldest first, events of the same millisecond by arrival. */
export const byTimeThenArrival = (a: HistoryEvent, b: HistoryEvent): number =>
  a.occurredAt - b.occurredAt || a.id - b.id;
