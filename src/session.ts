import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';
import type { Logger } from './logger.ts';

type Work = (client: pg.PoolClient) => Promise<void>;

/** A connection that is kept for its session state (LISTEN, advisory locks). */
export interface Session {
  /** Runs `work` after what was asked before; while the connection is down it does nothing. */
  run(work: Work): Promise<void>;
  /** Gives the connection up; its session state goes with it. */
  close(): Promise<void>;
}

const SHORTEST_MS = 50;
const LONGEST_MS = 1_000;

/**
 * Holds one connection of the pool for good, and takes another whenever it breaks.
 * Close it before the pool, which waits for its connections.
 *
 * @param prepare sets the session state up, on the first connection and on each later one
 */
export function keepSession(pool: pg.Pool, log: Logger, prepare: Work): Session {
  const stop = new AbortController();
  const line = createLine();
  let failures = 0;

  const live = async () => {
    const client = await pool.connect();
    const { lost, drop } = watchLoss(client, stop.signal);
    line.use({ client, drop });
    void line.run(async () => {
      await prepare(client);
      failures = 0;
    });
    await lost;
    line.use(undefined);
    // Queries under way fail with the connection.
    client.release(true);
    await line.run(async () => {});
  };
  const keep = async () => {
    while (!stop.signal.aborted) {
      await live().catch((error: Error) =>
        log.debug({ err: error }, 'no connection for the session, trying again'),
      );
      const wait = Math.min(SHORTEST_MS * 2 ** failures, LONGEST_MS);
      failures += 1;
      await pause(wait, undefined, { signal: stop.signal }).catch(() => {});
    }
  };

  const ended = keep();
  const close = () => {
    stop.abort();
    return ended;
  };
  return { run: line.run, close };
}

interface Connection {
  readonly client: pg.PoolClient;
  drop(): void;
}

/** Lets works take turns on the present connection; one that fails has it replaced. */
function createLine() {
  let current: Connection | undefined;
  let turn: Promise<void> = Promise.resolve();
  return {
    use(connection: Connection | undefined) {
      current = connection;
    },
    run(work: Work): Promise<void> {
      turn = turn.then(async () => {
        const connection = current;
        if (connection) await work(connection.client).catch(connection.drop);
      });
      return turn;
    },
  };
}

/** `lost` resolves when the connection breaks, is dropped, or the session is over; it never rejects. */
function watchLoss(client: pg.PoolClient, over: AbortSignal): Connection & { lost: Promise<void> } {
  let drop = () => {};
  const lost = new Promise<void>((resolve) => {
    drop = resolve;
  });
  client.on('error', drop);
  client.on('end', drop);
  if (over.aborted) drop();
  over.addEventListener('abort', drop, { once: true });
  void lost.then(() => over.removeEventListener('abort', drop));
  return { client, lost, drop };
}
