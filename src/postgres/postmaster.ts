import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, type Stats, statSync } from 'node:fs';
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

/**
 * Whether the process is the server of this very folder, by whatever path either came to it. In
 * doubt it is: removing the pid file of a living server would let a second one ruin its data.
 */
function serves(pid: number, clusterDir: string): boolean {
  if (!identifyProcess(pid) || !/\bpostgres\b/.test(commandOf(pid))) return false;
  // A server works in its data folder; where there is no /proc we cannot see where.
  const workingDir = statOf(`/proc/${pid}/cwd`);
  const own = statOf(clusterDir);
  return !workingDir || (workingDir.ino === own?.ino && workingDir.dev === own.dev);
}

function statOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
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
