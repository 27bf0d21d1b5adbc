import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { findPostmaster } from '../../src/postgres/postmaster.ts';
import { removePostgres } from '../../src/postgres/remove.ts';
import { startPostgres } from '../../src/postgres/start.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cameo-remove-'));
  chmodSync(folder, 0o755);
});

afterEach(() => rmSync(folder, { recursive: true }));

describe('removePostgres', () => {
  it('refuses while the database is in use, and deletes it alone after', async () => {
    const server = await startPostgres({ dataDir: folder, settings: { fsync: 'off' } });
    await expect(removePostgres({ dataDir: folder })).rejects.toThrow(/is in use/);
    await server.stop();
    writeFileSync(join(folder, 'model'), '');
    await removePostgres({ dataDir: folder });
    expect(readdirSync(folder)).toEqual(['model']);
  });

  it('stops the server that a killed process left behind', async () => {
    await startPostgres({ dataDir: folder, settings: { fsync: 'off' } });
    // What is left of a killed process: its note in `clients` counts for nobody.
    rmSync(join(folder, 'clients'), { recursive: true });
    expect(findPostmaster(join(folder, 'cluster'))?.ready).toBe(true);
    await removePostgres({ dataDir: folder });
    expect(findPostmaster(join(folder, 'cluster'))).toBeUndefined();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('does nothing where there is no database', async () => {
    await removePostgres({ dataDir: folder });
    expect(readdirSync(folder)).toEqual([]);
  });
});
