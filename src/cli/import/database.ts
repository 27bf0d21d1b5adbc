import { fileURLToPath } from 'node:url';
import type { Config } from '../../config.ts';
import { type Db, openDb } from '../../db.ts';
import { waitForDatabase } from '../../db-wait.ts';
import { applyMigrations } from '../../postgres/migrate.ts';
import { startPostgres } from '../../postgres/start.ts';

const MIGRATIONS = fileURLToPath(new URL('../../../prisma/migrations', import.meta.url));

/**
 * The database of this installation, migrated. Unlike the server it takes no lock on the home folder,
 * so it joins an embedded database that is being served.
 */
export async function joinDatabase(
  config: Config,
  say: (line: string) => void,
): Promise<{ db: Db; close(): Promise<void> }> {
  const server = config.databaseUrl
    ? await external(config.databaseUrl, say)
    : await startPostgres({ dataDir: config.home, onLog: say });
  try {
    await applyMigrations({ url: server.url, migrationsDir: MIGRATIONS });
    const db = openDb(server.url, { max: 4 });
    const close = async () => {
      await db.close();
      await server.stop();
    };
    return { db, close };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

async function external(url: string, say: (line: string) => void) {
  await waitForDatabase(url, { onRetry: ({ message }) => say(message) });
  return { url, stop: async () => {} };
}
