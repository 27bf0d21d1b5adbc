import { fileURLToPath } from 'node:url';
import type { Config } from '../config.ts';
import { type Db, openDb } from '../db.ts';
import { waitForDatabase } from '../db-wait.ts';
import { acquireHomeLock } from '../postgres/home-lock.ts';
import { applyMigrations } from '../postgres/migrate.ts';
import { startPostgres } from '../postgres/start.ts';

export interface OpenDatabase {
  readonly db: Db;
  /** Closes the connections; stops the embedded server unless another process uses it. */
  close(): Promise<void>;
}

interface Server {
  readonly url: string;
  stop(): Promise<void>;
}

interface OpenOptions {
  /** Gets a line at each slow step and each failed attempt. */
  readonly say: (line: string) => void;
  readonly signal?: AbortSignal;
  /** Connections at most. */
  readonly max?: number;
}

const MIGRATIONS = fileURLToPath(new URL('../../prisma/migrations', import.meta.url));

/**
 * Cameo's database, migrated, for the process that serves it: that of DATABASE_URL (waited for), else
 * the embedded one, which only one process may serve.
 * @throws Error that says what to do, when another Cameo serves this home or a migration fails.
 */
export async function serveDatabase(config: Config, options: OpenOptions): Promise<OpenDatabase> {
  if (config.databaseUrl) return joinDatabase(config, options);
  const release = acquireHomeLock(config.home);
  try {
    const { db, close } = await joinDatabase(config, options);
    return { db, close: () => close().finally(release) };
  } catch (error) {
    release();
    throw error;
  }
}

/** The same for a command: it takes no lock, so it joins an embedded database that is being served. */
export async function joinDatabase(config: Config, options: OpenOptions): Promise<OpenDatabase> {
  const server = await openServer(config, options);
  try {
    await applyMigrations({
      url: server.url,
      migrationsDir: MIGRATIONS,
      onApplied: (name) => options.say(`applied migration ${name}`),
    });
  } catch (error) {
    await server.stop();
    throw error;
  }
  const db = openDb(server.url, options.max === undefined ? {} : { max: options.max });
  const close = async () => {
    await db.close();
    await server.stop();
  };
  return { db, close };
}

async function openServer(config: Config, { say, signal }: OpenOptions): Promise<Server> {
  const { databaseUrl: url, home: dataDir } = config;
  if (!url) return startPostgres({ dataDir, onLog: say });
  await waitForDatabase(url, { onRetry: ({ message }) => say(message), ...(signal && { signal }) });
  return { url, stop: async () => {} };
}
