import type { Queryable } from '../db.ts';

/** The work that a refresh does, given by the feature store and the segments. */
export interface Refreshers {
  /** Brings the stored features of these customers up to date with `at`. */
  materializeCustomers(tx: Queryable, ids: readonly number[], at: Date): Promise<unknown>;
  /** At most `limit` customers whose stored features the passing of time alone has made wrong. */
  expired(tx: Queryable, at: Date, limit: number): Promise<readonly number[]>;
  /** Brings the segment memberships of these customers up to date with `at`; after their features. */
  refreshCustomers(tx: Queryable, ids: readonly number[], at: Date): Promise<unknown>;
  /** Works off at most `limit` memberships that end or begin by the passing of time; how many. */
  refreshDue(tx: Queryable, at: Date, limit: number): Promise<number>;
}
