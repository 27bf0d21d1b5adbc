import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { applyMigrations } from '../../src/postgres/migrate.ts';
import { startPostgres } from '../../src/postgres/start.ts';

const migrationsDir = fileURLToPath(new URL('../../prisma/migrations', import.meta.url));

/** Runs `work` against an embedded PostgreSQL of its own, with the settings that `npm start` uses. */
export async function withBenchDatabase(work: (url: string) => Promise<void>): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'cameo-ingest-bench-'));
  const server = await startPostgres({ dataDir });
  try {
    await applyMigrations({ url: server.url, migrationsDir });
    await work(server.url);
  } finally {
    await server.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}
