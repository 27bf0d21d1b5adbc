import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
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
  it('refuses while the database is in use, and deletes it after', async () => {
    const dataDir = join(folder, 'postgres');
    const server = await startPostgres({ dataDir, settings: { fsync: 'off' } });
    await expect(removePostgres({ dataDir })).rejects.toThrow(/is in use/);
    await server.stop();
    await removePostgres({ dataDir });
    expect(existsSync(dataDir)).toBe(false);
  });

  it('stops the server that a killed process left behind', async () => {
    const dataDir = join(folder, 'postgres');
    await startPostgres({ dataDir, settings: { fsync: 'off' } });
    // What is left of a killed process: its note in `clients` counts for nobody.
    rmSync(join(dataDir, 'clients'), { recursive: true });
    expect(findPostmaster(join(dataDir, 'cluster'))?.ready).toBe(true);
    await removePostgres({ dataDir });
    expect(findPostmaster(join(dataDir, 'cluster'))).toBeUndefined();
    expect(existsSync(dataDir)).toBe(false);
  });

  it('does nothing where there is no database', async () => {
    await removePostgres({ dataDir: join(folder, 'none') });
    expect(existsSync(join(folder, 'none'))).toBe(false);
  });
});
