import { fileURLToPath } from 'node:url';
import type { Config } from '../config.ts';
import { waitForDatabase } from '../db-wait.ts';
import type { Logger } from '../logger.ts';
import { acquireHomeLock } from '../postgres/home-lock.ts';
import { applyMigrations } from '../postgres/migrate.ts';
import { startPostgres } from '../postgres/start.ts';

export interface DatabaseServer {
  readonly url: string;
  stop(): Promise<void>;
}

const MIGRATIONS = fileURLToPath(new URL('../../prisma/migrations', import.meta.url));

/**
 * The server with Cameo's database, migrated: that of DATABASE_URL (waited for), else the embedded
 * one, which only one serving process may own.
 * @throws Error that says what to do, when another Cameo serves this home or a migration fails.
 */
export async function openDatabaseServer(
  config: Config,
  log: Logger,
  signal: AbortSignal,
): Promise<DatabaseServer> {
  const server = config.databaseUrl
    ? await external(config.databaseUrl, log, signal)
    : await embedded(config, log);
  try {
    await applyMigrations({
      url: server.url,
      migrationsDir: MIGRATIONS,
      onApplied: (name) => log.info(`applied migration ${name}`),
    });
    return server;
  } catch (error) {
    await server.stop();
    throw error;
  }
}

async function external(url: string, log: Logger, signal: AbortSignal): Promise<DatabaseServer> {
  await waitForDatabase(url, { onRetry: ({ message }) => log.warn(message), signal });
  return { url, stop: async () => {} };
}

async function embedded(config: Config, log: Logger): Promise<DatabaseServer> {
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
