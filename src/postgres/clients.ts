import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { identifyProcess, isAlive, type ProcessIdentity } from './process-identity.ts';

/**
 * Notes in `dataDir` that this process uses the server, and returns how to take the note back. The
 * server is stopped by whoever leaves last, so that nobody loses it under their hands.
 */
export function registerClient(dataDir: string): () => void {
  const dir = clientsDir(dataDir);
  mkdirSync(dir, { recursive: true });
  const path = join(dir, `${randomUUID()}.json`);
  writeFileSync(path, JSON.stringify(identifyProcess(process.pid)));
  return () => rmSync(path, { force: true });
}

/** Whether a living process uses the server. Notes of dead ones are swept out. */
export function hasClients(dataDir: string): boolean {
  const dir = clientsDir(dataDir);
  mkdirSync(dir, { recursive: true });
  const living = readdirSync(dir).filter((name) => {
    if (isAlive(readNote(join(dir, name)))) return true;
    rmSync(join(dir, name), { force: true });
    return false;
  });
  return living.length > 0;
}

function readNote(path: string): ProcessIdentity {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as ProcessIdentity;
  } catch {
    // Cut short by a crash: nobody's.
    return { pid: 0, started: '' };
  }
}

function clientsDir(dataDir: string): string {
  return join(dataDir, 'clients');
}
