import { fileURLToPath } from 'node:url';
import type { Config } from '../config.ts';
import { type Db, openDb } from '../db.ts';
import { waitForDatabase } from '../db-wait.ts';
import type { Logger } from '../logger.ts';
import { acquireHomeLock } from '../postgres/home-lock.ts';
import { applyMigrations } from '../postgres/migrate.ts';
import { startPostgres } from '../postgres/start.ts';

export interface OpenDatabase {
  readonly db: Db;
  readonly url: string;
  /** True when the tables were made just now. */
  readonly fresh: boolean;
  close(): Promise<void>;
}

const MIGRATIONS = fileURLToPath(new URL('../../prisma/migrations', import.meta.url));

/**
 * Cameo's database, migrated: that of DATABASE_URL (waited for), else the embedded one, which only
 * one serving process may own.
 * @throws Error that says what to do, when another Cameo serves this home or a migration fails.
 */
export async function openDatabase(config: Config, log: Logger): Promise<OpenDatabase> {
  const server = config.databaseUrl
    ? await external(config.databaseUrl, log)
    : await embedded(config, log);
  try {
    const { applied } = await applyMigrations({ url: server.url, migrationsDir: MIGRATIONS });
    if (applied.length > 0) log.info(`applied ${applied.length} migrations`);
    const db = openDb(server.url);
    const close = async () => {
      await db.close();
      await server.stop();
    };
    return { db, url: server.url, fresh: applied.length > 0, close };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

interface Server {
  readonly url: string;
  stop(): Promise<void>;
}

async function external(url: string, log: Logger): Promise<Server> {
  await waitForDatabase(url, {
    onRetry: ({ message }) => log.warn(message),
  });
  return { url, stop: async () => {} };
}

async function embedded(config: Config, log: Logger): Promise<Server> {
  const release = acquireHomeLock(config.home);
  try {
    const postgres = await startPostgres({ dataDir: config.home, onLog: (line) => log.info(line) });
    const stop = async () => {
      await postgres.stop();
      release();
    };
    return { url: postgres.url, stop };
  } catch (error) {
    release();
    throw error;
  }
}
