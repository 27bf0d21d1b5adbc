import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What is remembered of an embedded server between runs; `root` where the cluster lies elsewhere. */
export type ServerState = { root?: string; port?: number; password: string };

/** Reads the state kept in `dataDir`; on the first run a new one with a random password. */
export function readState(dataDir: string): ServerState {
  try {
    return JSON.parse(readFileSync(statePath(dataDir), 'utf8')) as ServerState;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
      throw new Error(`Cannot read ${statePath(dataDir)}, which holds the database's password`, {
        cause: error,
      });
    }
    return { password: randomBytes(24).toString('base64url') };
  }
}

/** Keeps the state for the next run, readable by this user alone. */
export function writeState(dataDir: string, state: ServerState): void {
  mkdirSync(dataDir, { recursive: true });
  const draft = `${statePath(dataDir)}.new`;
  writeFileSync(draft, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 });
  renameSync(draft, statePath(dataDir));
}

function statePath(dataDir: string): string {
  return join(dataDir, 'server.json');
}
