import type pg from 'pg';
import type { Sql } from 'sql-template-tag';

/** Runs parameterised statements: on a pool, or in one transaction. */
export interface Statements {
  /** One statement; its rows. */
  query<Row extends object = Record<string, unknown>>(statement: Sql): Promise<Row[]>;
  /**
   * The same as a prepared statement: parsed and planned once a connection.
   * `name` must stand for exactly one text.
   */
  prepared<Row extends object = Record<string, unknown>>(
    name: string,
    statement: Sql,
  ): Promise<Row[]>;
}

export function statementsOn(target: pg.Pool | pg.PoolClient): Statements {
  return {
    query: async <Row extends object>(statement: Sql) =>
      (await target.query(statement.text, statement.values)).rows as Row[],
    prepared: async <Row extends object>(name: string, statement: Sql) =>
      (await target.query({ name, text: statement.text, values: statement.values })).rows as Row[],
  };
}

/**
 * Runs `work` on one connection, in one transaction: all of it or, when it throws, nothing.
 * @param begin the statement that opens it
 */
export async function runTransaction<Result>(
  pool: pg.Pool,
  work: (client: pg.PoolClient) => Promise<Result>,
  begin = 'begin',
): Promise<Result> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query(begin);
    const result = await work(client);
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
