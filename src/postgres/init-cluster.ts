import { spawnSync } from 'node:child_process';
import { chownSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeOwned } from './place.ts';
import type { ServerUser } from './server-user.ts';

const major = '18';

/** Name of the database and of its owner. */
export const databaseName = 'cameo';

export type Cluster = { root: string; native: string; user: ServerUser; password: string };

/** The cluster's folder under `root`. */
export function clusterDir(root: string): string {
  return join(root, 'cluster');
}

/**
 * Makes the cluster unless it is there: UTF-8, scram passwords, and the collation that PostgreSQL
 * brings itself, so that order does not change with the machine's C library.
 *
 * @throws when initdb fails, or when the cluster is of another major version.
 */
export function ensureCluster(cluster: Cluster, flags: string[]): void {
  const dir = clusterDir(cluster.root);
  if (existsSync(dir)) {
    checkVersion(dir);
    return;
  }
  // A start that dies in initdb leaves the draft; only a whole cluster gets its name.
  const draft = `${dir}.new`;
  makeOwned(draft, cluster.user);
  runInitdb(cluster, draft, flags);
  renameSync(draft, dir);
}

function checkVersion(dir: string): void {
  const found = readFileSync(join(dir, 'PG_VERSION'), 'utf8').trim();
  if (found === major) return;
  throw new Error(
    `The database in ${dir} was made by PostgreSQL ${found} and this Cameo brings ${major}. Dump it with the version that made it, or start over with \`npm run demo:reset\`.`,
  );
}

function runInitdb({ root, native, user, password }: Cluster, dir: string, flags: string[]): void {
  const passwordFile = join(root, 'initdb-password');
  try {
    writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
    if (user.uid !== undefined) chownSync(passwordFile, user.uid, user.gid);
    const { status, stderr, error } = spawnSync(
      join(native, 'bin', 'initdb'),
      [...initdbFlags(dir, passwordFile), ...flags],
      { ...user, cwd: '/', env: serverEnv, encoding: 'utf8' },
    );
    if (status === 0) return;
    throw new Error(`Cannot make a database in ${dir}: ${stderr || error?.message}`);
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

function initdbFlags(dir: string, passwordFile: string): string[] {
  return [
    `--pgdata=${dir}`,
    `--username=${databaseName}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--no-instructions',
  ];
}

/** The environment of the server: PGDATA and its like in ours must not reach it. */
export const serverEnv = { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };
