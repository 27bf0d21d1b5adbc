import type pg from 'pg';
import { runTransaction, type Statements, statementsOn } from '../../statements.ts';

/** All that the store needs of a database: Cameo's Db, or anything with a pool. */
export interface StoreDb {
  readonly pool: pg.Pool;
}

/** Runs statements: the pool, or one transaction, the caller's included. */
export type Executor = Statements;

export const executorOn = statementsOn;

/**
 * Runs `work` in one transaction: all of it or, when it throws, nothing. A snapshot sees one state
 * of the database in all its statements, and writes nothing.
 */
export function transaction<Result>(
  db: StoreDb,
  work: (tx: Executor) => Promise<Result>,
  mode: 'write' | 'snapshot' = 'write',
): Promise<Result> {
  const begin = mode === 'write' ? 'begin' : 'begin isolation level repeatable read read only';
  return runTransaction(db.pool, (client) => work(statementsOn(client)), begin);
}
