import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { identifyProcess, isAlive } from '../../../postgres/process-identity.ts';

const identity = z.object({ pid: z.number().int(), started: z.string() });
const FILE = 'process.json';
const LOOK_MS = 20;

/** Notes which process works in a folder, for whoever comes after us. */
export function noteProcess(folder: string, pid: number | undefined): void {
  const found = pid === undefined ? undefined : identifyProcess(pid);
  if (found) writeFileSync(join(folder, FILE), JSON.stringify(found));
}

/**
 * Ends the process that still works in the folder, if any: its parent was killed, and two that write
 * to one checkpoint would spoil it. Resolves when it is gone.
 */
export async function endProcess(folder: string): Promise<void> {
  const found = read(folder);
  if (!found || !isAlive(found)) return;
  process.kill(found.pid, 'SIGKILL');
  while (isAlive(found)) await pause(LOOK_MS);
}

function read(folder: string) {
  try {
    return identity.safeParse(JSON.parse(readFileSync(join(folder, FILE), 'utf8'))).data;
  } catch {
    // None has been started here yet, or it was noted only half: then it has only just begun.
    return undefined;
  }
}
