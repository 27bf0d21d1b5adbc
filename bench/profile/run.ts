// Requests a second of the profile query (a customer, 8 fields, 20 events, segments): Cameo's API
// against Apollo + Prisma on the same database, each on one core, 32 clients, in turns. Also the
// memory of the API process under that load.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import autocannon from 'autocannon';
import sql from 'sql-template-tag';
import { openDb } from '../../src/db.ts';
import { startPostgres } from '../../src/postgres/start.ts';
import { median, report } from '../helpers/figures.ts';
import { prepareDemo } from './prepare.ts';

const ROUNDS = 5;
const SECONDS = 4;
const CLIENTS = 32;
const KEY = 'bench-development-key';

const QUERY = `query Profile($id: ID!) {
  customer(key: { id: $id }) {
    id domain traits firstSeenAt lastSeenAt
    identities { kind value }
    events(first: 20) { nodes { id type occurredAt amount itemId } }
    segments { enteredAt segment { key name } }
  }
}`;

/** Keeps a process on the first core, so that clients and database have the other. */
const onOneCore = (command: string[]) => ['taskset', '-c', '0', ...command];

interface Served {
  readonly url: string;
  readonly pid: number;
  stop(): void;
}

async function serve(script: string[], env: Record<string, string>, url: string): Promise<Served> {
  const [command = '', ...args] = onOneCore([process.execPath, '--import', 'tsx', ...script]);
  const child = spawn(command, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  for (;;) {
    const up = await fetch(url, { method: 'POST' }).then(
      () => true,
      () => false,
    );
    if (up) return { url, pid: child.pid ?? 0, stop: () => void child.kill('SIGTERM') };
    if (child.exitCode !== null) throw new Error(`${script[0]} ended with ${child.exitCode}`);
  }
}

/** Requests a second over one round. */
async function load(url: string, ids: number[]): Promise<number> {
  let next = 0;
  const result = await autocannon({
    url,
    connections: CLIENTS,
    duration: SECONDS,
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${KEY}` },
    requests: [
      {
        setupRequest: (request) => {
          next = (next + 1) % ids.length;
          return {
            ...request,
            body: JSON.stringify({ query: QUERY, variables: { id: ids[next] } }),
          };
        },
      },
    ],
  });
  if (result.non2xx > 0 || result.errors > 0) throw new Error(`${url} failed under load`);
  return result.requests.average;
}

/** Resident megabytes of a process. */
function memoryOf(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN) / 1_024;
}

/** Both must give the same answer, or the comparison is worth nothing. */
async function requireSameAnswer(urls: string[], id: number): Promise<void> {
  const answers = await Promise.all(
    urls.map(async (url) => {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${KEY}` },
        body: JSON.stringify({ query: QUERY, variables: { id } }),
      });
      return canonical(await response.json());
    }),
  );
  if (new Set(answers).size !== 1) throw new Error(`different answers:\n${answers.join('\n')}`);
}

/** Neither server promises an order of identities and segments, nor of keys in traits. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).sort().join()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, part]) => `${key}:${canonical(part)}`).join()}}`;
}

const home = mkdtempSync(join(tmpdir(), 'cameo-profile-'));
const postgres = await startPostgres({ dataDir: home });
const served: Served[] = [];
try {
  await prepareDemo(postgres.url);
  const db = openDb(postgres.url);
  const rows = await db.query<{ id: number }>(sql`select id from customer order by id`);
  await db.close();
  const ids = rows.map((row) => row.id);
  const environment = {
    DATABASE_URL: postgres.url,
    ROLE: 'api',
    PORT: '4391',
    CAMEO_HOME: home,
    CAMEO_DEV_KEY: KEY,
    CAMEO_LOG: 'warn',
  };
  const cameo = await serve(['src/main.ts'], environment, 'http://127.0.0.1:4391/graphql');
  served.push(cameo);
  const baselineArgs = ['bench/profile/baseline.ts', postgres.url, '4392'];
  const baseline = await serve(baselineArgs, { NODE_ENV: 'production' }, 'http://127.0.0.1:4392/');
  served.push(baseline);

  await requireSameAnswer([cameo.url, baseline.url], ids[7] ?? 1);
  await load(cameo.url, ids);
  await load(baseline.url, ids);
  const ratios: number[] = [];
  const rates: number[] = [];
  let memory = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const ours = await load(cameo.url, ids);
    memory = Math.max(memory, memoryOf(cameo.pid));
    const theirs = await load(baseline.url, ids);
    console.log(`round ${round + 1}: ${ours.toFixed(0)} and ${theirs.toFixed(0)} requests/s`);
    ratios.push(ours / theirs);
    rates.push(ours);
  }
  const ratio = median(ratios);
  report({
    bench: 'profile query, one core, 32 clients, against Apollo + Prisma',
    figure: `${ratio.toFixed(2)}x (${median(rates).toFixed(0)} requests/s)`,
    bar: '>= 3x',
    met: ratio >= 3,
  });
  report({
    bench: 'memory of the API process under that load',
    figure: `${memory.toFixed(0)} MB`,
    bar: '< 400 MB',
    met: memory < 400,
  });
} finally {
  for (const server of served) server.stop();
  await postgres.stop();
  rmSync(home, { recursive: true, force: true });
}
