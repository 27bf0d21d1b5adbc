import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { PrismaClient } from './generated/prisma/client.ts';
import { runTransaction, type Statements, statementsOn } from './statements.ts';

/**
 * Runs statements on the pool, or in one transaction on it. Numbers of type int8 come as JS numbers,
 * timestamps as Date.
 */
export interface Queryable extends Statements {
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
    transaction: (work) =>
      runTransaction(pool, (client) => work(queryableOn(client, async () => client, false))),
    close: async () => {
      await prisma.$disconnect();
      await pool.end();
    },
  };
}

function queryableOn(
  target: pg.Pool | pg.PoolClient,
  checkOut: () => Promise<pg.PoolClient>,
  release = true,
): Queryable {
  return {
    ...statementsOn(target),
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
