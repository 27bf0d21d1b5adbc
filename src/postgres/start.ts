import { mkdirSync, realpathSync } from 'node:fs';
import pg from 'pg';
import { hasClients, registerClient } from './clients.ts';
import { type Cluster, clusterDir, databaseName, ensureCluster } from './init-cluster.ts';
import { nativeDir } from './native.ts';
import { chooseRoot, reachableNative } from './place.ts';
import type { Postmaster } from './postmaster.ts';
import { findSettled, launch, shutDown } from './server-process.ts';
import { serverUser } from './server-user.ts';
import { readState, type ServerState, writeState } from './state.ts';
import { takeTurn } from './turns.ts';

export type PostgresOptions = {
  /** Holds the cluster, its password (mode 0600) and its log; made when it is not there. */
  dataDir: string;
  /** Asked for; another free port is taken when this one is not free. Default: the last one. */
  port?: number;
  /** Server settings on top of those in settings.ts. */
  settings?: Record<string, string>;
  /** Told in a line what a slow step does. */
  onLog?: (line: string) => void;
};

export type EmbeddedPostgres = {
  /** Connection string of the database `cameo`. */
  url: string;
  /** The same for the database `postgres`, from which others are made and dropped. */
  adminUrl: string;
  pid: number;
  /** The server ran already: another process uses it, or a killed one left it behind. */
  adopted: boolean;
  /** Leaves the server, and stops it unless another living process uses it. May be called twice. */
  stop(): Promise<void>;
};

/**
 * Starts the embedded PostgreSQL on `dataDir`, or joins the one that runs there.
 *
 * @throws when this machine cannot run it; the message says why and what to do.
 */
export async function startPostgres(options: PostgresOptions): Promise<EmbeddedPostgres> {
  mkdirSync(options.dataDir, { recursive: true });
  // The link that it may be can go or change before the server is left.
  const dataDir = realpathSync(options.dataDir);
  return takeTurn(dataDir, async () => {
    const state = readState(dataDir);
    const { root = chooseRoot(dataDir, serverUser(clusterDir(dataDir))) } = state;
    const found = await findSettled(clusterDir(root));
    const server = found ?? (await startServer(dataDir, { ...state, root }, options));
    options.onLog?.(`PostgreSQL ${found ? 'joined' : 'started'} (process ${server.pid})`);
    const leave = registerClient(dataDir);
    const urls = connectionStrings(server.port, state.password);
    await ensureDatabase(urls);
    return { ...urls, pid: server.pid, adopted: !!found, stop: () => stop(dataDir, root, leave) };
  });
}

async function startServer(
  dataDir: string,
  state: ServerState & { root: string },
  { port, settings = {}, onLog }: PostgresOptions,
): Promise<Postmaster> {
  const user = serverUser(clusterDir(state.root));
  const native = reachableNative(nativeDir(), state.root, user);
  const cluster: Cluster = { root: state.root, native, user, password: state.password };
  if (state.root !== dataDir) onLog?.(`The database lies in ${state.root}`);
  // A root inside `dataDir` is not written down: the folder may move between runs.
  const { root, ...rest } = state;
  const saved = root === dataDir ? rest : state;
  // The password must be on disk before a cluster that knows no other.
  writeState(dataDir, saved);
  ensureCluster(cluster, settings.fsync === 'off' ? ['--no-sync'] : []);
  const server = await launch(cluster, port ?? state.port, settings);
  writeState(dataDir, { ...saved, port: server.port });
  return server;
}

function connectionStrings(port: number, password: string): { url: string; adminUrl: string } {
  const at = `postgresql://${databaseName}:${password}@127.0.0.1:${port}`;
  return { url: `${at}/${databaseName}`, adminUrl: `${at}/postgres` };
}

async function ensureDatabase({ adminUrl }: { adminUrl: string }): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [
      databaseName,
    ]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${databaseName}`);
  } finally {
    await client.end();
  }
}

function stop(dataDir: string, root: string, leave: () => void): Promise<void> {
  return takeTurn(dataDir, async () => {
    leave();
    if (!hasClients(dataDir)) await shutDown(clusterDir(root));
  });
}
