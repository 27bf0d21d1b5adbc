import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { acquireHomeLock, homeLockHolder } from '../../src/postgres/home-lock.ts';
import { tryLock } from '../../src/postgres/pid-lock.ts';
import { identifyProcess } from '../../src/postgres/process-identity.ts';

let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'cameo-lock-'));
});

afterEach(() => rmSync(home, { recursive: true }));

describe('acquireHomeLock', () => {
  it('refuses a second server on the same home, naming the first and what to do', () => {
    const release = acquireHomeLock(home);
    expect(() => acquireHomeLock(home)).toThrow(
      new RegExp(`process ${process.pid}\\) already serves ${home}.*CAMEO_HOME`),
    );
    expect(homeLockHolder(home)).toBe(process.pid);
    release();
    expect(homeLockHolder(home)).toBeUndefined();
    acquireHomeLock(home)();
  });

  it('is taken over from a process that was killed', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    await once(child, 'spawn');
    writeFileSync(lockFile(), JSON.stringify({ ...identifyProcess(child.pid ?? 0), token: 'x' }));
    expect(() => acquireHomeLock(home)).toThrow(`process ${child.pid}`);
    child.kill('SIGKILL');
    await once(child, 'exit');
    acquireHomeLock(home)();
  });

  it('is taken over when the pid of its holder has gone to another process', () => {
    writeFileSync(lockFile(), JSON.stringify({ pid: process.pid, started: 'before', token: 'x' }));
    acquireHomeLock(home)();
  });

  it('is taken over when its file is not readable as one', () => {
    writeFileSync(lockFile(), '');
    acquireHomeLock(home)();
  });
});

describe('tryLock', () => {
  it('goes to exactly one of many processes that find the same stale lock', async () => {
    writeFileSync(join(home, 'lock'), JSON.stringify({ pid: 1, started: 'before', token: 'x' }));
    const acquired = await tryInProcesses(join(home, 'lock'), 6);
    expect(acquired.filter(Boolean)).toEqual([true]);
  });

  it('does not release a lock that another holder has taken since', () => {
    const path = join(home, 'lock');
    const first = tryLock(path);
    rmSync(path);
    const second = tryLock(path);
    if (first.acquired) first.release();
    expect(second.acquired).toBe(true);
    expect(tryLock(path).acquired).toBe(false);
  });
});

describe('identifyProcess', () => {
  it('tells a living process from one that has ended', () => {
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    expect(identifyProcess(pid)).toBeUndefined();
    expect(identifyProcess(process.pid)).toEqual(identifyProcess(process.pid));
  });
});

function lockFile(): string {
  return join(home, 'serve.lock');
}

/** Tries for the lock in `count` processes that all live until the last has tried. */
async function tryInProcesses(path: string, count: number): Promise<boolean[]> {
  const module = new URL('../../src/postgres/pid-lock.ts', import.meta.url).href;
  const script = `
    const { tryLock } = await import('${module}');
    console.log(tryLock(process.argv[1]).acquired);
    process.stdin.resume();`;
  const args = ['--import', 'tsx', '--input-type=module', '-e', script, path];
  const children = Array.from({ length: count }, () => spawn(process.execPath, args));
  const answers = await Promise.all(children.map(({ stdout }) => once(stdout, 'data')));
  for (const child of children) child.stdin.end();
  await Promise.all(children.map((child) => once(child, 'exit')));
  return answers.map(([line]) => String(line).trim() === 'true');
}
