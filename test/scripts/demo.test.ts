import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { acquireHomeLock } from '../../src/postgres/home-lock.ts';
import { freePort } from '../../src/postgres/port.ts';
import { createEmptyDatabase } from '../helpers/db.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

let home: string;

// Studio and initdb take seconds on a busy machine.
jest.setTimeout(120_000);

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'cameo-demo-'));
  chmodSync(home, 0o755);
});

afterEach(() => rmSync(home, { recursive: true }));

describe('npm run studio and npm run demo:reset', () => {
  it('serves the tables of the embedded database, opens no browser, and holds off a reset', async () => {
    const studio = spawn(
      process.execPath,
      script('studio.mjs', '--port', `${await freePort()}`),
      options(),
    );
    const address = (await readUrls(studio).next()).value ?? '';
    expect(await ask(address, 'SELECT count(*)::int AS n FROM event')).toEqual([null, [{ n: 0 }]]);
    expect(await (await fetch(address)).text()).toContain('<!doctype html>');
    expect(reset()).toMatchObject({ status: 1, stderr: expect.stringContaining('is in use') });
    studio.kill('SIGTERM');
    await once(studio, 'exit');
    expect(existsSync(join(home, 'cluster', 'postmaster.pid'))).toBe(false);
    expect(reset()).toMatchObject({ status: 0 });
    expect(existsSync(join(home, 'cluster'))).toBe(false);
  });

  it('serves on another address on demand, as a container must', async () => {
    const port = String(await freePort());
    const args = script('studio.mjs', '--port', port, '--host', '127.0.0.2');
    const database = await createEmptyDatabase();
    const studio = spawn(process.execPath, args, options({ DATABASE_URL: database.url }));
    const lines = readUrls(studio);
    const forwarded = (await lines.next()).value ?? '';
    const ready = (await lines.next()).value ?? '';
    expect(forwarded).toBe(`http://127.0.0.2:${port}`);
    expect(ready).not.toContain(port);
    expect(await ask(forwarded, 'SELECT 1 AS n')).toEqual([null, [{ n: 1 }]]);
    studio.kill('SIGTERM');
    await once(studio, 'exit');
    await database.drop();
  });

  it('refuses a reset while a server runs, naming it', () => {
    const release = acquireHomeLock(home);
    expect(reset()).toMatchObject({ status: 1, stderr: expect.stringContaining(`${process.pid}`) });
    release();
  });

  it('refuses to reset a database that is not the embedded one', () => {
    expect(reset({ DATABASE_URL: 'postgresql://somewhere/cameo' })).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('DATABASE_URL is set'),
    });
  });
});

function script(name: string, ...args: string[]): string[] {
  return ['--import', 'tsx', join('scripts', name), ...args];
}

function options(env: Record<string, string> = {}) {
  const { DATABASE_URL: _, NODE_OPTIONS: __, ...inherited } = process.env;
  return { cwd: root, env: { ...inherited, CAMEO_HOME: home, ...env } };
}

function reset(env: Record<string, string> = {}): { status: number | null; stderr: string } {
  return spawnSync(process.execPath, script('demo-reset.mjs'), {
    ...options(env),
    encoding: 'utf8',
  });
}

/** The addresses that the process prints, one after the other. */
async function* readUrls({ stdout }: ChildProcess): AsyncGenerator<string, undefined> {
  for await (const line of stdout ? createInterface({ input: stdout }) : []) {
    const url = /https?:\/\/\S+/.exec(line)?.[0];
    if (url) yield url;
  }
  return undefined;
}

/** What Studio's page asks its server. */
async function ask(address: string, statement: string): Promise<unknown> {
  const body = JSON.stringify({ procedure: 'query', query: { sql: statement, parameters: [] } });
  const headers = { 'content-type': 'application/json' };
  return (await fetch(`${address}/bff`, { method: 'POST', headers, body })).json();
}
