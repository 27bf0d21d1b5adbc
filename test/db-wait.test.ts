import { createServer, type Server } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { type DatabaseRetry, waitForDatabase } from '../src/db-wait.ts';
import { createTestDatabase } from './helpers/db.ts';

let server: Server | undefined;

afterEach(() => {
  server?.close();
  server = undefined;
});

/** A port where nobody answers: one that was free a moment ago. */
async function closedPort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as { port: number };
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

describe('waitForDatabase', () => {
  it('resolves at once when the database answers', async () => {
    const database = await createTestDatabase();
    const retries: DatabaseRetry[] = [];
    await waitForDatabase(database.url, { onRetry: (retry) => retries.push(retry) });
    expect(retries).toEqual([]);
    await database.drop();
  });

  it('tries again, ever more slowly, and says what to do without the password', async () => {
    const port = await closedPort();
    const stop = new AbortController();
    const retries: DatabaseRetry[] = [];
    const onRetry = (retry: DatabaseRetry) => {
      retries.push(retry);
      if (retries.length === 3) stop.abort();
    };
    const url = `postgres://someone:pass-phrase@127.0.0.1:${port}/shop`;
    const wait = waitForDatabase(url, { onRetry, signal: stop.signal, firstDelayMs: 1 });
    await expect(wait).rejects.toThrow('abort');
    expect(retries.map(({ attempt, delayMs }) => [attempt, delayMs])).toEqual([
      [1, 1],
      [2, 2],
      [3, 4],
    ]);
    expect(retries[0]?.message).toContain(`shop at 127.0.0.1:${port}`);
    expect(retries[0]?.message).toContain('DATABASE_URL');
    expect(JSON.stringify(retries)).not.toContain('pass-phrase');
  });

  it('gives up at once on a database that does not exist', async () => {
    const database = await createTestDatabase();
    const url = new URL(database.url);
    url.pathname = '/nowhere';
    await expect(waitForDatabase(url.href)).rejects.toThrow('"nowhere" does not exist');
    await database.drop();
  });
});
