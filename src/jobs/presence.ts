import type pg from 'pg';
import sql from 'sql-template-tag';
import type { Deps } from '../context.ts';
import { keepSession } from '../session.ts';

/** The first half of the advisory locks that say "this pool of workers lives". */
export const PRESENCE_LOCKS = 0x0ca3e0;

/** Shows that a pool of workers lives; PostgreSQL takes it away when the process dies. */
export interface Presence {
  /** From now on the pool with this id lives, and the one before does not. */
  hold(poolId: string): Promise<void>;
  close(): Promise<void>;
}

/** Holds an advisory lock on the pool's id on a connection of its own, which heals. */
export function keepPresence({ db, log }: Deps): Presence {
  let held: string | undefined;
  const lock = async (client: pg.PoolClient) => {
    if (held === undefined) return;
    const { text, values } = lockOf(held);
    await client.query(text, values);
  };
  const session = keepSession(db.pool, log, lock);
  return {
    hold(poolId) {
      held = poolId;
      return session.run(lock);
    },
    close: session.close,
  };
}

const lockOf = (poolId: string) =>
  sql`select pg_advisory_unlock_all(), pg_advisory_lock(${PRESENCE_LOCKS}, hashtext(${poolId}))`;
