import type { KnownPii } from '../mask.ts';
import type { Locale } from './words.ts';

export type FactValue = string | number | boolean | null | readonly (string | number)[];

/** All that the template may say of a customer, as of one instant. */
export interface CustomerFacts {
  /** The key of the domain, such as `retail`. */
  readonly domain: string;
  readonly locale: Locale;
  /** Days from the last event to the instant; null: there was none. */
  readonly seenDays: number | null;
  readonly traits: readonly (readonly [name: string, value: unknown])[];
  /** The most telling first. */
  readonly features: readonly (readonly [name: string, value: string | number | boolean | null])[];
  /** Newest first. */
  readonly events: readonly CustomerEvent[];
  /** Newest first. */
  readonly texts: readonly CustomerWriting[];
  readonly known: KnownPii;
}

export interface CustomerEvent {
  readonly type: string;
  /** Days from this event to the customer's last one. */
  readonly daysEarlier: number;
  readonly amount: number | null;
  readonly currency: string | null;
  readonly properties: Readonly<Record<string, unknown>>;
}

export interface CustomerWriting {
  readonly type: string;
  readonly daysEarlier: number;
  readonly text: string;
}
