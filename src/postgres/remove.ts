import { rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { hasClients } from './clients.ts';
import { clusterDir } from './init-cluster.ts';
import { shutDown } from './server-process.ts';
import { readState } from './state.ts';
import { takeTurn } from './turns.ts';

// The folder may be a home that holds more than the database.
const ours = [
  'cluster',
  'cluster.new',
  'native',
  'native.new',
  'postgres.log',
  'server.json',
  'clients',
];

/**
 * Deletes an embedded database for good, wherever its cluster lies. A server that a killed process
 * left behind is stopped first.
 *
 * @throws when a living process uses it.
 */
export async function removePostgres(options: { dataDir: string }): Promise<void> {
  const dataDir = resolve(options.dataDir);
  await takeTurn(dataDir, async () => {
    if (hasClients(dataDir)) {
      throw new Error(
        `The database in ${dataDir} is in use. Stop Cameo, Prisma Studio and imports that run on it, then try again.`,
      );
    }
    const { root = dataDir } = readState(dataDir);
    await shutDown(clusterDir(root));
    for (const name of ours) rmSync(join(dataDir, name), { recursive: true, force: true });
    if (root !== dataDir) rmSync(root, { recursive: true, force: true });
  });
}
