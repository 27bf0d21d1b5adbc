import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { Sql } from 'sql-template-tag';
import { PrismaClient } from './generated/prisma/client.ts';

/** Runs parameterised statements: the pool, or one transaction on it. */
export interface Queryable {
  /** One statement; its rows. Numbers of type int8 come as JS numbers, timestamps as Date. */
  query<Row extends object = Record<string, unknown>>(statement: Sql): Promise<Row[]>;
  /**
   * The same as a prepared statement: parsed and planned once a connection.
   * `name` must stand for exactly one text.
   */
  prepared<Row extends object = Record<string, unknown>>(
    name: string,
    statement: Sql,
  ): Promise<Row[]>;
  /** `COPY ... FROM STDIN`; `chunks` are pieces of text in COPY's text format. */
  copyIn(statement: string, chunks: Iterable<string> | AsyncIterable<string>): Promise<void>;
}

export interface Db extends Queryable {
  readonly pool: pg.Pool;
  readonly prisma: PrismaClient;
  /** Runs `work` in one transaction: all of it or, when it throws, nothing. */
  transaction<Result>(work: (tx: Queryable) => Promise<Result>): Promise<Result>;
  close(): Promise<void>;
}

const INT8 = 20;
const types: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    oid === INT8 ? Number : pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser,
};

/** One pool (at most 10 connections) that SQL, COPY and Prisma share. */
export function openDb(url: string, options: { max?: number } = {}): Db {
  const pool = new pg.Pool({
    connectionString: url,
    max: options.max ?? 10,
    connectionTimeoutMillis: 10_000,
    types,
  });
  // A connection that breaks is replaced; the statement that it was used for fails and reports it.
  // Without these listeners its `error` event would end the process.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool) });
  return {
    pool,
    prisma,
    ...queryableOn(pool, () => pool.connect()),
    transaction: (work) => inTransaction(pool, work),
    close: async () => {
      await prisma.$disconnect();
      await pool.end();
    },
  };
}

async function inTransaction<Result>(
  pool: pg.Pool,
  work: (tx: Queryable) => Promise<Result>,
): Promise<Result> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query('begin');
    const result = await work(queryableOn(client, async () => client, false));
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

function queryableOn(
  target: pg.Pool | pg.PoolClient,
  checkOut: () => Promise<pg.PoolClient>,
  release = true,
): Queryable {
  return {
    query: async <Row extends object>(statement: Sql) =>
      (await target.query(statement.text, statement.values)).rows as Row[],
    prepared: async <Row extends object>(name: string, statement: Sql) =>
      (await target.query({ name, text: statement.text, values: statement.values })).rows as Row[],
    copyIn: async (statement, chunks) => {
      const client = await checkOut();
      try {
        await pipeline(Readable.from(chunks), client.query(copyFrom(statement)));
      } finally {
        if (release) client.release();
      }
    },
  };
}
