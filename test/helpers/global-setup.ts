import { chmodSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { applyMigrations } from '../../src/postgres/migrate.ts';
import { startPostgres } from '../../src/postgres/start.ts';
import { folderPrefix, sweepDeadRuns } from './sweep.ts';
import { serverAddress, setServer, templateName } from './test-server.ts';

// What a crash would lose does not matter here, and syncing it is most of the time a test waits.
const settings = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  max_connections: '100',
};

const migrationsDir = fileURLToPath(new URL('../../prisma/migrations', import.meta.url));

/** Starts one PostgreSQL for the run, with the migrated database that test databases are copies of. */
export default async function globalSetup(): Promise<void> {
  await sweepDeadRuns();
  const dataDir = mkdtempSync(join(tmpdir(), `${folderPrefix}${process.pid}-`));
  // As root the server runs as another user, who has to get into the folder.
  chmodSync(dataDir, 0o755);
  const server = await startPostgres({ dataDir, settings });
  setServer({ ...server, dataDir });
  await makeTemplate(server.adminUrl);
}

async function makeTemplate(adminUrl: string): Promise<void> {
  const admin = new pg.Client({ connectionString: adminUrl });
  await admin.connect();
  await admin.query(`CREATE DATABASE ${templateName}`);
  await applyMigrations({ url: serverAddress(adminUrl, templateName), migrationsDir });
  await admin.query(`ALTER DATABASE ${templateName} ALLOW_CONNECTIONS false`);
  await admin.end();
}
