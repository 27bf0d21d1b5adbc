import { readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clusterDir } from '../../src/postgres/init-cluster.ts';
import { identifyProcess } from '../../src/postgres/process-identity.ts';
import { shutDown } from '../../src/postgres/server-process.ts';

/** Start of the name of a run's folder; the pid of the run follows. */
export const folderPrefix = 'cameo-test-';

/** Stops and removes the servers of runs that were killed before they could do it. */
export async function sweepDeadRuns(): Promise<void> {
  for (const name of readdirSync(tmpdir())) {
    const pid = Number(new RegExp(`^${folderPrefix}(\\d+)-`).exec(name)?.[1]);
    if (Number.isNaN(pid) || identifyProcess(pid)) continue;
    const dataDir = join(tmpdir(), name);
    await shutDown(clusterDir(dataDir));
    rmSync(dataDir, { recursive: true, force: true });
  }
}
