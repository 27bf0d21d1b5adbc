import { type Executor, executorOn, type StoreDb } from './postgres.ts';

/** How many rows go to the database at a time: bounds memory, not results. */
const CHUNK = 25_000;

/**
 * Maps rows a chunk at a time, in order. All chunks see the same state of the database; its
 * connection goes back when the last chunk is taken or the caller stops.
 */
export async function* mapChunks<Row, Result>(
  db: StoreDb,
  rows: Iterable<Row> | AsyncIterable<Row>,
  map: (tx: Executor, chunk: Row[]) => Promise<Result[]>,
): AsyncGenerator<Result[]> {
  const client = await db.pool.connect();
  try {
    await client.query('begin isolation level repeatable read read only');
    const tx = executorOn(client);
    for await (const chunk of inChunks(rows)) yield await map(tx, chunk);
  } finally {
    const broken = await client.query('rollback').then(
      () => undefined,
      (error: Error) => error,
    );
    client.release(broken);
  }
}

async function* inChunks<Row>(rows: Iterable<Row> | AsyncIterable<Row>): AsyncGenerator<Row[]> {
  let chunk: Row[] = [];
  for await (const row of rows) {
    if (chunk.push(row) < CHUNK) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}
