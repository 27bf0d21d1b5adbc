import { rmSync } from 'node:fs';
import pg from 'pg';
import sql from 'sql-template-tag';
import { getServer } from './test-server.ts';

/** Stops the run's PostgreSQL. A test that left a connection open fails the run, by database name. */
export default async function globalTeardown(): Promise<void> {
  const server = getServer();
  if (!server) return;
  const leaks = await findLeaks(server.adminUrl);
  await server.stop();
  rmSync(server.dataDir, { recursive: true, force: true });
  if (leaks.length === 0) return;
  throw new Error(`Tests left connections or databases behind:\n${leaks.join('\n')}`);
}

async function findLeaks(adminUrl: string): Promise<string[]> {
  const admin = new pg.Client({ connectionString: adminUrl });
  await admin.connect();
  try {
    let leaks = await readLeaks(admin);
    // A connection closed at this moment takes the server a while to forget.
    for (let tries = 0; leaks.length > 0 && tries < 20; tries += 1) {
      await admin.query('SELECT pg_sleep(0.1)');
      leaks = await readLeaks(admin);
    }
    return leaks;
  } finally {
    await admin.end();
  }
}

async function readLeaks(admin: pg.Client): Promise<string[]> {
  const { rows } = await admin.query<{ leak: string }>(sql`
    SELECT concat_ws(' ', 'connection to', datname, application_name, 'that last ran', query) leak
    FROM pg_stat_activity
    WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()
    UNION ALL
    SELECT 'database ' || datname FROM pg_database WHERE datname LIKE 'test\\_%'`);
  return rows.map(({ leak }) => leak);
}
