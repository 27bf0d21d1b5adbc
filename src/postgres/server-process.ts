import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Cluster, clusterDir, serverEnv } from './init-cluster.ts';
import { freePort } from './port.ts';
import { clearStalePidFile, findPostmaster, type Postmaster } from './postmaster.ts';
import { identifyProcess, isAlive, type ProcessIdentity } from './process-identity.ts';
import { serverFlags } from './settings.ts';

const pollMs = 10;
const startLimitMs = 60_000;
const stopLimitMs = 30_000;
const maxLogBytes = 5_000_000;
const retryMs = 200;
const maxAttempts = 25;
// Someone took the port after we had looked, or backends of a killed server are on their way out.
const passing = /Address already in use|shared memory block .* is still in use/;

/**
 * Starts the server on `port`, or on another when that one is taken, and waits until it takes
 * connections.
 *
 * @throws with the end of its log when it exits instead.
 */
export async function launch(
  cluster: Cluster,
  port: number | undefined,
  settings: Record<string, string>,
): Promise<Postmaster> {
  let outcome: Postmaster | string = '';
  for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
    outcome = await launchOnce(cluster, await freePort(port), settings);
    if (typeof outcome === 'object') return outcome;
    if (!passing.test(outcome)) break;
    await delay(retryMs);
  }
  throw new Error(
    `PostgreSQL did not start on ${clusterDir(cluster.root)}: ${String(outcome).trim().slice(-2000)}`,
  );
}

async function launchOnce(
  cluster: Cluster,
  port: number,
  settings: Record<string, string>,
): Promise<Postmaster | string> {
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
  let failure: string | undefined;
  child.once('error', (error) => {
    failure = error.message;
  });
  const limit = AbortSignal.timeout(startLimitMs);
  const hasExited = () => child.exitCode !== null || child.signalCode !== null;
  while (failure === undefined && !hasExited() && !limit.aborted) {
    const found = findPostmaster(dir);
    if (found?.ready) return found;
    await delay(pollMs);
  }
  return failure ?? readFileSync(log.path, 'utf8').slice(log.start);
}

/**
 * The server on `dir` when it takes connections, undefined when there is none. One that a killed
 * parent left on its way up or down is waited for.
 */
export async function findSettled(dir: string): Promise<Postmaster | undefined> {
  const limit = AbortSignal.timeout(startLimitMs);
  let found = findPostmaster(dir);
  while (found && !found.ready && !limit.aborted) {
    await delay(pollMs);
    found = findPostmaster(dir);
  }
  return found;
}

/** Stops the server on `dir`: first rolling back what runs, after half a minute without asking. */
export async function shutDown(dir: string): Promise<void> {
  const found = findPostmaster(dir);
  const server = found && identifyProcess(found.pid);
  if (!server) return;
  process.kill(server.pid, 'SIGINT');
  if (await hasEnded(server)) return;
  process.kill(server.pid, 'SIGQUIT');
  if (await hasEnded(server)) return;
  throw new Error(`PostgreSQL (process ${server.pid}) on ${dir} does not stop. Kill it by hand.`);
}

/** Waits for the process itself: it holds its port for a while after its pid file has gone. */
async function hasEnded(server: ProcessIdentity): Promise<boolean> {
  const limit = AbortSignal.timeout(stopLimitMs);
  while (!limit.aborted) {
    if (!isAlive(server)) return true;
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
