import { resolve } from 'node:path';
import { startPostgres } from '../src/postgres/start.ts';

/** The folder of the embedded database, models and exports. */
export const home = resolve(process.env.CAMEO_HOME || '.cameo');

/**
 * The database that Cameo would use: DATABASE_URL, else the embedded one, started or joined.
 *
 * @returns {Promise<{ url: string, stop(): Promise<void> }>} call `stop` when done with it
 */
export async function resolveDatabase() {
  if (process.env.DATABASE_URL) return { url: process.env.DATABASE_URL, stop: async () => {} };
  return startPostgres({ dataDir: home });
}
