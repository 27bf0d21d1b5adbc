import { createHash } from 'node:crypto';
import { chmodSync, chownSync, cpSync, lstatSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { completeNative } from './native.ts';
import { canRun, canWrite, type ServerUser } from './server-user.ts';

/**
 * The folder for the cluster: `dataDir`, or, where the server's user cannot get there (a home
 * under /root, say), one of the folders that system services keep their data in.
 *
 * @throws when the user can write to none of them.
 */
export function chooseRoot(dataDir: string, user: ServerUser): string {
  const name = `cameo-${createHash('sha256').update(dataDir).digest('hex').slice(0, 12)}`;
  const candidates = [dataDir, join('/var/lib', name), join(tmpdir(), name)];
  const root = candidates.find((candidate) => canHold(candidate, user));
  if (root) return root;
  throw new Error(
    `PostgreSQL must run as uid ${user.uid ?? process.getuid?.()}, which can write to none of ${candidates.join(', ')}. Set CAMEO_HOME to a folder that it can reach, start Cameo as another user, or set DATABASE_URL.`,
  );
}

function canHold(root: string, user: ServerUser): boolean {
  try {
    mkdirSync(root, { recursive: true });
    // A folder that a stranger put at a name we can be guessed to use is not ours to fill.
    if (![0, user.uid, process.getuid?.()].includes(lstatSync(root).uid)) return false;
    letThrough(root, user);
    const probe = join(root, 'probe');
    makeOwned(probe, user);
    const writable = canWrite(user, probe);
    rmSync(probe, { recursive: true });
    return writable;
  } catch {
    return false;
  }
}

/** Opens a folder that root keeps to itself to the server's group: to pass through, not to list. */
function letThrough(dir: string, user: ServerUser): void {
  const { uid, mode } = lstatSync(dir);
  if (user.uid === undefined || uid !== 0 || mode & 0o011) return;
  chownSync(dir, uid, user.gid);
  chmodSync(dir, (mode & 0o777) | 0o010);
}

/** Makes an empty folder that belongs to `user` and opens to nobody else. */
export function makeOwned(dir: string, user: ServerUser): void {
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir, { mode: 0o700 });
  if (user.uid !== undefined) chownSync(dir, user.uid, user.gid);
}

/**
 * PostgreSQL's binaries where `user` can run them: as installed, else a copy of them in `root`.
 *
 * @throws when they do not run here at all (a musl system, say).
 */
export function reachableNative(native: string, root: string, user: ServerUser): string {
  completeNative(native);
  if (runs(native, user)) return native;
  const copy = join(root, 'native');
  if (runs(copy, user)) return copy;
  const draft = `${copy}.new`;
  rmSync(draft, { recursive: true, force: true });
  cpSync(native, draft, { recursive: true, verbatimSymlinks: true });
  rmSync(copy, { recursive: true, force: true });
  renameSync(draft, copy);
  if (runs(copy, user)) return copy;
  throw new Error(
    `The embedded PostgreSQL in ${native} does not run on this machine: it needs glibc. Set DATABASE_URL to a PostgreSQL server instead.`,
  );
}

function runs(native: string, user: ServerUser): boolean {
  return canRun(user, join(native, 'bin', 'postgres'), ['--version']);
}
