import { randomUUID } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { identifyProcess, isAlive, type ProcessIdentity } from './process-identity.ts';

/** What a lock file says of the process that holds it. */
export type LockHolder = ProcessIdentity & { token: string };

export type LockAttempt =
  | { acquired: true; release: () => void }
  | { acquired: false; holder: LockHolder };

/**
 * Takes the lock file at `path` for this process unless a living process holds it. A file left by
 * a dead process, or by one whose pid has been handed to another since, is taken over.
 */
export function tryLock(path: string): LockAttempt {
  for (;;) {
    const token = randomUUID();
    if (createLock(path, token)) return { acquired: true, release: () => release(path, token) };
    const holder = readHolder(path);
    if (holder && isAlive(holder)) return { acquired: false, holder };
    discardStale(path, holder?.token);
  }
}

function createLock(path: string, token: string): boolean {
  const draft = `${path}.${token}`;
  writeFileSync(draft, JSON.stringify({ ...identifyProcess(process.pid), token }), { mode: 0o600 });
  try {
    // A link appears whole or not at all, so no reader meets a half-written lock.
    linkSync(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return false;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** The holder named in a lock file; undefined when there is no file, or it cannot be read as one. */
export function readHolder(path: string): LockHolder | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as LockHolder;
  } catch {
    return undefined;
  }
}

function discardStale(path: string, staleToken: string | undefined): void {
  const aside = `${path}.${randomUUID()}`;
  try {
    renameSync(path, aside);
    // Another process may have replaced the stale file between our look and the rename: give back.
    if (readHolder(aside)?.token !== staleToken) linkSync(aside, path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT' && code !== 'EEXIST') throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}

function release(path: string, token: string): void {
  if (readHolder(path)?.token === token) rmSync(path, { force: true });
}
