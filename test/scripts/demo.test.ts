import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { acquireHomeLock } from '../../src/postgres/home-lock.ts';
import { freePort } from '../../src/postgres/port.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

let home: string;

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
    const address = await firstUrl(studio);
    expect(await ask(address, 'SELECT count(*)::int AS n FROM event')).toEqual([null, [{ n: 0 }]]);
    expect(await (await fetch(address)).text()).toContain('<!doctype html>');
    expect(reset()).toMatchObject({ status: 1, stderr: expect.stringContaining('is in use') });
    studio.kill('SIGTERM');
    await once(studio, 'exit');
    expect(existsSync(join(home, 'postgres', 'cluster', 'postmaster.pid'))).toBe(false);
    expect(reset()).toMatchObject({ status: 0 });
    expect(existsSync(join(home, 'postgres'))).toBe(false);
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

/** The first address that the process prints. */
async function firstUrl(child: ChildProcess): Promise<string> {
  if (!child.stdout) throw new Error('stdout is not piped');
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /https?:\/\/\S+/.exec(line)?.[0];
    if (url) return url;
  }
  throw new Error('It ended without an address');
}

/** What Studio's page asks its server. */
async function ask(address: string, statement: string): Promise<unknown> {
  const body = JSON.stringify({ procedure: 'query', query: { sql: statement, parameters: [] } });
  const headers = { 'content-type': 'application/json' };
  return (await fetch(`${address}/bff`, { method: 'POST', headers, body })).json();
}
