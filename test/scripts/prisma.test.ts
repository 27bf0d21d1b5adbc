import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import pg from 'pg';
import { applyMigrations } from '../../src/postgres/migrate.ts';
import { createEmptyDatabase, type TestDatabase } from '../helpers/db.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const migrationsDir = fileURLToPath(new URL('../../prisma/migrations', import.meta.url));
const changed = 2;

let database: TestDatabase;

// Each run of the CLI takes seconds on a busy machine.
jest.setTimeout(120_000);

beforeEach(async () => {
  database = await createEmptyDatabase();
});

afterEach(() => database.drop());

describe('npm run prisma', () => {
  it('finds nothing to do after Cameo has migrated the database itself', async () => {
    await applyMigrations({ url: database.url, migrationsDir });
    expect(await prisma('migrate', 'status')).toMatchObject({ code: 0 });
    const deployed = await prisma('migrate', 'deploy');
    expect(deployed.output).toContain('No pending migrations to apply');
  });

  it('leaves Cameo nothing to do after `migrate deploy`, and keeps the same records', async () => {
    expect(await prisma('migrate', 'deploy')).toMatchObject({ code: 0 });
    expect(await applyMigrations({ url: database.url, migrationsDir })).toEqual({ applied: [] });
    const byPrisma = await records();
    await database.drop();
    database = await createEmptyDatabase();
    await applyMigrations({ url: database.url, migrationsDir });
    expect(await records()).toEqual(byPrisma);
  });

  it('sees no difference between the migrations and the schema, and leaves no shadow database', async () => {
    const target = ['--to-schema', 'prisma/schema.prisma', '--exit-code'];
    expect(
      await prisma('migrate', 'diff', '--from-migrations', 'prisma/migrations', ...target),
    ).toEqual({ code: 0, output: expect.stringContaining('No difference detected') });
    expect(
      await query("SELECT FROM pg_database WHERE datname LIKE 'prisma_migrate_shadow%'"),
    ).toEqual([]);
  });

  it('takes the partitions of a month for no difference, and any other table for one', async () => {
    await applyMigrations({ url: database.url, migrationsDir });
    await query(`CREATE TABLE event_2026_01 PARTITION OF event
      FOR VALUES FROM ('2026-01-01Z') TO ('2026-02-01Z')`);
    const diff = ['migrate', 'diff', '--from-config-datasource'];
    const target = ['--to-schema', 'prisma/schema.prisma', '--exit-code'];
    expect(await prisma(...diff, ...target)).toMatchObject({ code: 0 });
    await query('CREATE TABLE stray (x int)');
    expect(await prisma(...diff, ...target)).toEqual({
      code: changed,
      output: expect.stringContaining('stray'),
    });
  });

  it('resets a database to the migrations alone', async () => {
    await applyMigrations({ url: database.url, migrationsDir });
    await query('CREATE TABLE stray (x int)');
    await query('CREATE SCHEMA graphile_worker CREATE TABLE jobs (x int)');
    expect(await prisma('migrate', 'reset', '--force')).toMatchObject({ code: 0 });
    expect(await query("SELECT to_regclass('graphile_worker.jobs') jobs")).toEqual([
      { jobs: null },
    ]);
    expect(await query("SELECT to_regclass('stray') stray, to_regclass('event') event")).toEqual([
      { stray: null, event: 'event' },
    ]);
  });

  it('passes on that the server cannot be reached', async () => {
    const nowhere = 'postgresql://cameo@127.0.0.1:1/cameo';
    const { code, output } = await prisma.on(nowhere, 'migrate', 'deploy');
    expect(code).not.toBe(0);
    expect(output).toMatch(/P1001/);
  });
});

type Outcome = { code: number; output: string };

function prisma(...args: string[]): Promise<Outcome> {
  return prisma.on(database.url, ...args);
}

prisma.on = (url: string, ...args: string[]): Promise<Outcome> =>
  new Promise((resolve) => {
    const env = { ...process.env, DATABASE_URL: url, NODE_OPTIONS: '' };
    const script = ['--import', 'tsx', 'scripts/prisma/cli.mjs', ...args];
    const child = execFile(process.execPath, script, { cwd: root, env }, (_error, out, err) =>
      resolve({ code: child.exitCode ?? -1, output: out + err }),
    );
  });

/** What the database keeps of its migrations, without what differs from run to run. */
function records(): Promise<unknown[]> {
  return query(`SELECT migration_name, checksum, logs, rolled_back_at, applied_steps_count,
    finished_at >= started_at AS in_order FROM _prisma_migrations ORDER BY 1`);
}

async function query(statement: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    return (await client.query(statement)).rows;
  } finally {
    await client.end();
  }
}
