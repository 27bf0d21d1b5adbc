import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { completeNative, nativeDir } from '../../src/postgres/native.ts';
import { chooseRoot, reachableNative } from '../../src/postgres/place.ts';
import { serverUser } from '../../src/postgres/server-user.ts';
import { startPostgres } from '../../src/postgres/start.ts';

// Only root runs the server as somebody else; for everyone else these cases cannot come up.
const itAsRoot = process.getuid?.() === 0 ? it : it.skip;

let folder: string;
const elsewhere: string[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cameo-place-'));
  chmodSync(folder, 0o755);
});

afterEach(() => {
  for (const path of [folder, ...elsewhere.splice(0)]) rmSync(path, { recursive: true });
});

describe('completeNative', () => {
  it('restores what the blocked install script would have made: links and execute bits', () => {
    const native = join(folder, 'native');
    cpSync(nativeDir(), native, { recursive: true, verbatimSymlinks: true });
    const links = JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8')) as {
      target: string;
    }[];
    for (const { target } of links) rmSync(join(folder, target));
    for (const name of ['initdb', 'pg_ctl', 'postgres'])
      chmodSync(join(native, 'bin', name), 0o644);
    completeNative(native);
    expect(links.length).toBeGreaterThan(0);
    for (const { target } of links)
      expect(lstatSync(join(folder, target)).isSymbolicLink()).toBe(true);
    expect(
      execFileSync(join(native, 'bin', 'postgres'), ['--version'], { encoding: 'utf8' }),
    ).toMatch('PostgreSQL) 18');
    expect(statSync(join(native, 'bin', 'initdb')).mode & 0o111).toBe(0o111);
  });
});

describe('serverUser', () => {
  itAsRoot('is never root', () => {
    expect(serverUser(join(folder, 'none'))).toMatchObject({ uid: expect.any(Number) });
    expect(serverUser(join(folder, 'none')).uid).not.toBe(0);
  });

  itAsRoot('is the owner of the cluster that is there', () => {
    const cluster = join(folder, 'cluster');
    mkdirSync(cluster);
    execFileSync('chown', ['12345:23456', cluster]);
    expect(serverUser(cluster)).toEqual({ uid: 12345, gid: 23456 });
  });
});

describe('chooseRoot', () => {
  it('is the folder asked for when the server can write there', () => {
    expect(chooseRoot(folder, serverUser(folder))).toBe(folder);
  });

  itAsRoot(
    'is a folder that root keeps to itself, opened to nobody but the group of the server',
    () => {
      const closed = closedFolder();
      const user = serverUser(closed);
      expect(chooseRoot(closed, user)).toBe(closed);
      expect(statSync(closed)).toMatchObject({ uid: 0, gid: user.gid });
      expect(statSync(closed).mode & 0o777).toBe(0o710);
    },
  );

  itAsRoot('refuses a folder that someone else put where the fallback would be', () => {
    const closed = join(closedFolder(), 'data');
    const fallback = chooseRoot(closed, serverUser(closed));
    elsewhere.push(fallback);
    execFileSync('chown', ['12345:23456', fallback]);
    const second = chooseRoot(closed, serverUser(closed));
    elsewhere.push(second);
    expect(second).not.toBe(fallback);
    expect(basename(second)).toBe(basename(fallback));
  });
});

describe('startPostgres in a place that is closed to the server', () => {
  itAsRoot('puts the cluster where the server can go, and finds it again', async () => {
    const dataDir = join(closedFolder(), 'postgres');
    const lines: string[] = [];
    const options = {
      dataDir,
      settings: { fsync: 'off' },
      onLog: (line: string) => lines.push(line),
    };
    const first = await startPostgres(options);
    const root = /lies in (.*)$/.exec(lines[0] ?? '')?.[1] ?? '';
    elsewhere.push(root);
    await first.stop();
    const second = await startPostgres(options);
    await second.stop();
    expect(root).not.toBe(dataDir);
    expect(second.url).toBe(first.url);
  });

  itAsRoot('copies binaries that the server cannot reach', () => {
    const native = join(closedFolder(), 'native');
    cpSync(nativeDir(), native, { recursive: true, verbatimSymlinks: true });
    const user = serverUser(join(folder, 'none'));
    const copy = reachableNative(native, folder, user);
    expect(copy).toBe(join(folder, 'native'));
    const { ino } = statSync(join(copy, 'bin', 'postgres'));
    expect(reachableNative(native, folder, user)).toBe(copy);
    expect(statSync(join(copy, 'bin', 'postgres')).ino).toBe(ino);
  });
});

function closedFolder(): string {
  const closed = join(folder, 'closed');
  mkdirSync(closed, { mode: 0o700 });
  return closed;
}
