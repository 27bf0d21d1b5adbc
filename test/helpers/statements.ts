import type { Db } from '../../src/db.ts';

/** Counts the SQL statements that a piece of work sends through the pool and its connections. */
export async function countStatements(db: Db, work: () => Promise<unknown>): Promise<number> {
  const counter = { count: 0 };
  const original = db.pool.query;
  db.pool.query = function counted(this: unknown, ...args: unknown[]) {
    counter.count += 1;
    return Reflect.apply(original, db.pool, args);
  } as typeof db.pool.query;
  try {
    await work();
  } finally {
    db.pool.query = original;
  }
  return counter.count;
}
