import sql, { raw, type Sql } from 'sql-template-tag';
import type { Db } from '../../db.ts';
import { executorOn } from '../store/postgres.ts';

/**
 * The rows of a statement, `size` at a time, all from one state of the database: what is in memory
 * does not grow with their number. The connection goes back when the last rows are taken or the
 * caller stops.
 */
export async function* streamRows<Row extends object>(
  { pool }: Db,
  statement: Sql,
  size: number,
): AsyncGenerator<Row[]> {
  const client = await pool.connect();
  try {
    await client.query('begin isolation level repeatable read read only');
    // All rows are wanted: a plan that is quick for the first ones only would be the wrong one.
    await client.query('set local cursor_tuple_fraction = 1');
    const text = `declare rows no scroll cursor for ${statement.text}`;
    await client.query(text, statement.values);
    const tx = executorOn(client);
    for (;;) {
      const rows = await tx.query<Row>(sql`fetch ${raw(String(size))} from rows`);
      if (rows.length === 0) return;
      yield rows;
    }
  } finally {
    const broken = await client.query('rollback').then(
      () => undefined,
      (error: Error) => error,
    );
    client.release(broken);
  }
}
