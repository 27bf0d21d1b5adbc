import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { identifyProcess } from './process-identity.ts';

/** What postmaster.pid says; `ready` once the server takes connections. */
export type Postmaster = { pid: number; port: number; ready: boolean };

/** The server that runs on `clusterDir` now. A file left by a dead one counts as none. */
export function findPostmaster(clusterDir: string): Postmaster | undefined {
  const lines = readPidFile(clusterDir);
  const pid = Number(lines?.[0]);
  if (!lines || !Number.isInteger(pid) || pid <= 0 || !serves(pid, clusterDir)) return undefined;
  return { pid, port: Number(lines[3]), ready: lines[7]?.trim() === 'ready' };
}

/**
 * Removes a postmaster.pid whose process is gone. The server would refuse to start on one whose
 * pid has gone to some other process since.
 */
export function clearStalePidFile(clusterDir: string): void {
  if (!findPostmaster(clusterDir)) rmSync(join(clusterDir, 'postmaster.pid'), { force: true });
}

function readPidFile(clusterDir: string): string[] | undefined {
  try {
    return readFileSync(join(clusterDir, 'postmaster.pid'), 'utf8').split('\n');
  } catch {
    return undefined;
  }
}

function serves(pid: number, clusterDir: string): boolean {
  return (
    identifyProcess(pid) !== undefined && commandOf(pid).includes(`postgres -D ${clusterDir} `)
  );
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return commandByPs(pid);
  }
}

function commandByPs(pid: number): string {
  try {
    return execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
  } catch {
    return '';
  }
}
