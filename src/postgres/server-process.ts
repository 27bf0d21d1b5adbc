import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Cluster, clusterDir, serverEnv } from './init-cluster.ts';
import { clearStalePidFile, findPostmaster, type Postmaster } from './postmaster.ts';
import { serverFlags } from './settings.ts';

const pollMs = 10;
const startLimitMs = 60_000;
const stopLimitMs = 30_000;
const maxLogBytes = 5_000_000;

/**
 * Starts the server and waits until it takes connections.
 *
 * @throws with the end of its log when it exits instead.
 */
export async function launch(
  cluster: Cluster,
  port: number,
  settings: Record<string, string>,
): Promise<Postmaster> {
  const dir = clusterDir(cluster.root);
  clearStalePidFile(dir);
  const log = openLog(cluster.root);
  const child = spawn(
    join(cluster.native, 'bin', 'postgres'),
    ['-D', dir, ...serverFlags(port, settings)],
    // Detached: Ctrl-C in a terminal goes to the whole process group, and the server must outlive
    // the work that we finish on our way out.
    {
      ...cluster.user,
      cwd: '/',
      env: serverEnv,
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
    },
  );
  closeSync(log.fd);
  child.unref();
  const failed = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', () => resolve(readFileSync(log.path, 'utf8').slice(log.start)));
  });
  const outcome = await Promise.race([failed, waitUntilReady(dir)]);
  if (typeof outcome === 'object') return outcome;
  throw new Error(`PostgreSQL did not start on ${dir}: ${outcome.trim().slice(-2000)}`);
}

/** Waits until the server on `dir` takes connections. */
export async function waitUntilReady(dir: string): Promise<Postmaster | string> {
  const limit = AbortSignal.timeout(startLimitMs);
  while (!limit.aborted) {
    const found = findPostmaster(dir);
    if (found?.ready) return found;
    await delay(pollMs);
  }
  return `it took no connections within ${startLimitMs / 1000} s`;
}

/** Stops the server on `dir`: first rolling back what runs, after half a minute without asking. */
export async function shutDown(dir: string): Promise<void> {
  const found = findPostmaster(dir);
  if (!found) return;
  process.kill(found.pid, 'SIGINT');
  if (await isGone(dir)) return;
  process.kill(found.pid, 'SIGQUIT');
  if (await isGone(dir)) return;
  throw new Error(`PostgreSQL (process ${found.pid}) on ${dir} does not stop. Kill it by hand.`);
}

async function isGone(dir: string): Promise<boolean> {
  const limit = AbortSignal.timeout(stopLimitMs);
  while (!limit.aborted) {
    if (!findPostmaster(dir)) return true;
    await delay(pollMs);
  }
  return false;
}

function openLog(root: string): { fd: number; path: string; start: number } {
  const path = join(root, 'postgres.log');
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  const start = size > maxLogBytes ? 0 : size;
  return { fd: openSync(path, start === 0 ? 'w' : 'a', 0o600), path, start };
}
