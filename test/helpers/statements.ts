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

/** The same without what others ask for now and then: the least of some tries. */
export async function leastStatements(db: Db, work: () => Promise<unknown>): Promise<number> {
  const counts: number[] = [];
  while (counts.length < 6) counts.push(await countStatements(db, work));
  return Math.min(...counts);
}
