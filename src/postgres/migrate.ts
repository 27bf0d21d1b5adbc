import pg from 'pg';
import sql from 'sql-template-tag';
import { type Migration, matchesChecksum, readMigrations } from './migration-files.ts';
import {
  type AppliedMigration,
  ensureMigrationTable,
  readApplied,
  recordApplied,
} from './migration-table.ts';

/** The advisory lock that Prisma's engine takes: it and we exclude each other. */
const migrationLock = 72_707_369;

export type MigrateOptions = {
  url: string;
  /** A `prisma/migrations` folder. */
  migrationsDir: string;
  onApplied?: (name: string) => void;
};

/**
 * Brings the database up to date: each migration that it lacks in one transaction together with
 * its row in `_prisma_migrations`, so that a script runs whole or not at all. Starters that come at
 * once wait for each other. `prisma migrate deploy` and `status` agree with the outcome.
 *
 * @throws when the database's history is not a beginning of the folder's, or a script fails; the
 *   message names the migration and what to do.
 */
export async function applyMigrations(options: MigrateOptions): Promise<{ applied: string[] }> {
  const client = new pg.Client({ connectionString: options.url });
  await client.connect();
  try {
    await client.query(sql`SELECT pg_advisory_lock(${migrationLock})`);
    await ensureMigrationTable(client);
    const pending = findPending(readMigrations(options.migrationsDir), await readApplied(client));
    for (const migration of pending) {
      await applyOne(client, migration);
      options.onApplied?.(migration.name);
    }
    return { applied: pending.map(({ name }) => name) };
  } finally {
    // Ends the session, and with it the advisory lock.
    await client.end();
  }
}

function findPending(migrations: Migration[], applied: AppliedMigration[]): Migration[] {
  const known = new Map(migrations.map((migration) => [migration.name, migration]));
  for (const row of applied) assertAgrees(row, known.get(row.name));
  const done = new Set(applied.map(({ name }) => name));
  return migrations.filter(({ name }) => !done.has(name));
}

function assertAgrees(row: AppliedMigration, migration: Migration | undefined): void {
  if (!migration) {
    throw new Error(
      `The database has migration ${row.name}, which this checkout lacks: it was made by a newer or another Cameo. Update the checkout, or point DATABASE_URL or CAMEO_HOME at another database.`,
    );
  }
  if (!row.finished) {
    throw new Error(
      `Migration ${row.name} failed halfway in this database. Repair it by hand, then run \`npm run prisma -- migrate resolve --applied ${row.name}\` or \`--rolled-back ${row.name}\`.`,
    );
  }
  if (!matchesChecksum(migration.script, row.checksum)) {
    throw new Error(
      `Migration ${row.name} was changed after it had been applied to this database. Restore prisma/migrations/${row.name}/migration.sql and put the change into a new migration.`,
    );
  }
}

async function applyOne(client: pg.Client, migration: Migration): Promise<void> {
  await client.query('BEGIN');
  try {
    // Without parameters the whole script goes in one simple-protocol message.
    await client.query(migration.script);
    await recordApplied(client, migration);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(
      `Migration ${migration.name} failed and was rolled back: ${reason}. Correct its migration.sql and start again.`,
      { cause: error },
    );
  }
}
