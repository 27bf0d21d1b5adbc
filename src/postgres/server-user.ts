import { execFileSync, spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';

/** The uid and gid to run the server as; empty = those of this process. */
export type ServerUser = { uid: number; gid: number } | Record<string, never>;

/**
 * PostgreSQL refuses to run as root. As root, the server runs as the owner of the cluster that is
 * there, else as `postgres`, else as `nobody`, else as a user `cameo` made for it.
 */
export function serverUser(clusterDir: string): ServerUser {
  if (process.getuid?.() !== 0) return {};
  return ownerOf(clusterDir) ?? lookUp('postgres') ?? lookUp('nobody') ?? createUser('cameo');
}

/** Whether `user` can run `file` with `args`: the folders above it may be closed to that user. */
export function canRun(user: ServerUser, file: string, args: string[]): boolean {
  return spawnSync(file, args, { ...user, cwd: '/', stdio: 'ignore' }).status === 0;
}

/** Whether `user` can enter `dir` and make files there. */
export function canWrite(user: ServerUser, dir: string): boolean {
  return canRun(user, '/bin/sh', ['-c', 'cd "$1" && test -w .', 'sh', dir]);
}

function ownerOf(dir: string): ServerUser | undefined {
  try {
    const { uid, gid } = statSync(dir);
    return uid === 0 ? undefined : { uid, gid };
  } catch {
    return undefined;
  }
}

function lookUp(name: string): ServerUser | undefined {
  try {
    const id = (flag: string) =>
      Number(execFileSync('id', [flag, name], { encoding: 'utf8', stdio: 'pipe' }));
    return { uid: id('-u'), gid: id('-g') };
  } catch {
    return undefined;
  }
}

function createUser(name: string): ServerUser {
  // By its path: root's PATH does not always have it.
  spawnSync('/usr/sbin/useradd', ['--system', '--no-create-home', '--user-group', name], {
    stdio: 'ignore',
  });
  const user = lookUp(name);
  if (user) return user;
  throw new Error(
    'PostgreSQL does not run as root, and this machine has no user `postgres` or `nobody` and no `useradd` to make one. Start Cameo as another user, or set DATABASE_URL.',
  );
}
