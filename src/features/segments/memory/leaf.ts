import type { HistoryEvent } from './history.ts';

/**
 * One clause about a customer, as of any instant (milliseconds). Kept as functions so that the same
 * preparation serves the answer, its explanation and the search for the next transition.
 */
export interface LeafState {
  holds(at: number): boolean;
  /**
   * No later than the first instant after `at` at which time alone changes the answer that holds at
   * `at`; undefined when it never does.
   */
  next(at: number): number | undefined;
  evidence(at: number): Evidence;
}

/** What decides a clause. */
export interface Evidence {
  readonly events?: readonly HistoryEvent[];
  readonly count?: number;
  readonly value?: unknown;
  /** Since when a trait has had its value, or a stay in a segment has lasted. */
  readonly since?: number;
}

/** The earliest of some instants. */
export function earliest(...instants: readonly (number | undefined)[]): number | undefined {
  const known = instants.filter((instant) => instant !== undefined);
  return known.length > 0 ? Math.min(...known) : undefined;
}
