import { fileURLToPath } from 'node:url';
import type { Config } from '../config.ts';
import { type Db, openDb } from '../db.ts';
import { waitForDatabase } from '../db-wait.ts';
import { applyMigrations } from '../postgres/migrate.ts';
import { startPostgres } from '../postgres/start.ts';

export interface Connection {
  readonly db: Db;
  close(): Promise<void>;
}

const MIGRATIONS = fileURLToPath(new URL('../../prisma/migrations', import.meta.url));

/** The migrated database for one command: that of DATABASE_URL, else the embedded one, which may be in use. */
export async function connect(config: Config): Promise<Connection> {
  const server = config.databaseUrl
    ? { url: config.databaseUrl, stop: async () => {} }
    : await startPostgres({ dataDir: config.home });
  try {
    await waitForDatabase(server.url, {
      onRetry: ({ message }) => process.stderr.write(`${message}\n`),
    });
    await applyMigrations({ url: server.url, migrationsDir: MIGRATIONS });
  } catch (error) {
    await server.stop();
    throw error;
  }
  const db = openDb(server.url, { max: 4 });
  const close = async () => {
    await db.close();
    await server.stop();
  };
  return { db, close };
}
