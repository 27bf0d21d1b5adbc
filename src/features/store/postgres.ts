import type pg from 'pg';
import type { Queryable } from '../../db.ts';

/** All that the store needs of a database: Cameo's Db, or anything with a pool. */
export interface StoreDb {
  readonly pool: pg.Pool;
}

/** Runs statements: the pool, or one transaction, the caller's included. */
export type Executor = Pick<Queryable, 'query' | 'prepared'>;

export function executorOn(target: pg.Pool | pg.PoolClient): Executor {
  return {
    query: async <Row extends object>(statement: { text: string; values: unknown[] }) =>
      (await target.query(statement.text, statement.values)).rows as Row[],
    prepared: async <Row extends object>(
      name: string,
      statement: { text: string; values: unknown[] },
    ) =>
      (await target.query({ name, text: statement.text, values: statement.values })).rows as Row[],
  };
}

/**
 * Runs `work` in one transaction: all of it or, when it throws, nothing. A snapshot sees one state
 * of the database in all its statements, and writes nothing.
 */
export async function transaction<Result>(
  db: StoreDb,
  work: (tx: Executor) => Promise<Result>,
  mode: 'write' | 'snapshot' = 'write',
): Promise<Result> {
  const client = await db.pool.connect();
  let broken: Error | undefined;
  try {
    await client.query(
      mode === 'write' ? 'begin' : 'begin isolation level repeatable read read only',
    );
    const result = await work(executorOn(client));
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback').catch((failure: Error) => {
      broken = failure;
    });
    throw error;
  } finally {
    client.release(broken);
  }
}
