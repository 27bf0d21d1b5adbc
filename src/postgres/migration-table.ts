import { randomUUID } from 'node:crypto';
import type { ClientBase } from 'pg';
import sql from 'sql-template-tag';
import { checksum, type Migration } from './migration-files.ts';

export type AppliedMigration = { name: string; checksum: string; finished: boolean };

/** Makes `_prisma_migrations` as Prisma's own engine makes it, so that either may go on from here. */
export async function ensureMigrationTable(client: ClientBase): Promise<void> {
  await client.query(sql`
    CREATE TABLE IF NOT EXISTS _prisma_migrations (
      id                  VARCHAR(36) PRIMARY KEY NOT NULL,
      checksum            VARCHAR(64) NOT NULL,
      finished_at         TIMESTAMPTZ,
      migration_name      VARCHAR(255) NOT NULL,
      logs                TEXT,
      rolled_back_at      TIMESTAMPTZ,
      started_at          TIMESTAMPTZ NOT NULL DEFAULT now(),
      applied_steps_count INTEGER NOT NULL DEFAULT 0
    )`);
}

/** What the database says of its migrations, oldest first, without those that were rolled back. */
export async function readApplied(client: ClientBase): Promise<AppliedMigration[]> {
  const { rows } = await client.query<AppliedMigration>(sql`
    SELECT migration_name AS name, checksum, finished_at IS NOT NULL AS finished
    FROM _prisma_migrations
    WHERE rolled_back_at IS NULL
    ORDER BY started_at, migration_name`);
  return rows;
}

/** Notes a migration as applied, within the transaction that applies it. */
export async function recordApplied(client: ClientBase, migration: Migration): Promise<void> {
  await client.query(sql`
    INSERT INTO _prisma_migrations
      (id, checksum, finished_at, migration_name, started_at, applied_steps_count)
    VALUES (${randomUUID()}, ${checksum(migration.script)}, clock_timestamp(), ${migration.name},
      now(), 1)`);
}
