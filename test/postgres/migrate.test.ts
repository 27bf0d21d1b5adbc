import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { applyMigrations } from '../../src/postgres/migrate.ts';
import { createEmptyDatabase, type TestDatabase } from '../helpers/db.ts';

const ours = fileURLToPath(new URL('../../prisma/migrations', import.meta.url));

let database: TestDatabase;
let folder: string;

beforeEach(async () => {
  database = await createEmptyDatabase();
  folder = mkdtempSync(join(tmpdir(), 'cameo-migrations-'));
});

afterEach(async () => {
  rmSync(folder, { recursive: true });
  await database.drop();
});

describe('applyMigrations', () => {
  it('brings an empty database to the schema, then has nothing left to do', async () => {
    const seen: string[] = [];
    const options = { url: database.url, migrationsDir: ours, onApplied: record(seen) };
    const { applied } = await applyMigrations(options);
    expect(applied).toContain('20261122000000_init');
    expect(seen).toEqual(applied);
    expect(await applyMigrations(options)).toEqual({ applied: [] });
  });

  it('applies in order of name and only what is missing', async () => {
    write('2_second', 'CREATE TABLE b AS SELECT * FROM a;');
    write('1_first', 'CREATE TABLE a (x int);');
    expect(await migrate()).toEqual({ applied: ['1_first', '2_second'] });
    write('3_third', 'DROP TABLE b; DROP TABLE a;');
    expect(await migrate()).toEqual({ applied: ['3_third'] });
  });

  it('applies each migration once when many starters come at the same time', async () => {
    write('1_counter', 'CREATE TABLE counter (n int); INSERT INTO counter VALUES (1);');
    const outcomes = await Promise.all(Array.from({ length: 6 }, migrate));
    expect(outcomes.flatMap(({ applied }) => applied)).toEqual(['1_counter']);
    expect(await rows('SELECT n FROM counter')).toEqual([{ n: 1 }]);
  });

  it('leaves nothing of a script that fails, and takes it once it is corrected', async () => {
    write('1_good', 'CREATE TABLE good (x int);');
    write('2_bad', 'CREATE TABLE half (x int); SELECT 1 / 0;');
    await expect(migrate()).rejects.toThrow(/2_bad failed and was rolled back: division by zero/);
    expect(await rows("SELECT to_regclass('half') AS half, to_regclass('good') AS good")).toEqual([
      { half: null, good: 'good' },
    ]);
    write('2_bad', 'CREATE TABLE half (x int);');
    expect(await migrate()).toEqual({ applied: ['2_bad'] });
  });

  it('refuses a database to which a since changed migration was applied', async () => {
    write('1_first', 'CREATE TABLE a (x int);');
    await migrate();
    write('1_first', 'CREATE TABLE a (y int);');
    await expect(migrate()).rejects.toThrow(/1_first was changed after/);
  });

  it('takes a script with other line ends for the same script', async () => {
    write('1_first', 'CREATE TABLE a (\n  x int\n);\n');
    await migrate();
    write('1_first', 'CREATE TABLE a (\r\n  x int\r\n);\r\n');
    expect(await migrate()).toEqual({ applied: [] });
  });

  it('refuses a database with migrations that this checkout lacks', async () => {
    write('1_first', 'CREATE TABLE a (x int);');
    write('2_newer', 'CREATE TABLE b (x int);');
    await migrate();
    rmSync(join(folder, '2_newer'), { recursive: true });
    await expect(migrate()).rejects.toThrow(/2_newer, which this checkout lacks/);
  });

  it('refuses a database in which Prisma left a migration half done, until it is resolved', async () => {
    write('1_first', 'CREATE TABLE a (x int);');
    await migrate();
    await rows('UPDATE _prisma_migrations SET finished_at = NULL');
    await expect(migrate()).rejects.toThrow(/1_first failed halfway.*migrate resolve/);
    await rows('UPDATE _prisma_migrations SET rolled_back_at = now()');
    await rows('DROP TABLE a');
    expect(await migrate()).toEqual({ applied: ['1_first'] });
  });
});

function migrate(): Promise<{ applied: string[] }> {
  return applyMigrations({ url: database.url, migrationsDir: folder });
}

function write(name: string, script: string): void {
  mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, name, 'migration.sql'), script);
}

function record(list: string[]): (name: string) => void {
  return (name) => {
    list.push(name);
  };
}

async function rows(statement: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    return (await client.query(statement)).rows;
  } finally {
    await client.end();
  }
}
