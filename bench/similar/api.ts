// The API with 100,000 embedded customers: how long its vectors take to load, how soon a changed one
// is seen, and the p99 of a plain read while others ask for similar customers.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import autocannon from 'autocannon';
import { pino } from 'pino';
import sql from 'sql-template-tag';
import { startCameo } from '../../src/cameo.ts';
import { readConfig } from '../../src/config.ts';
import { type Db, openDb } from '../../src/db.ts';
import { startPostgres } from '../../src/postgres/start.ts';
import { median, report } from '../helpers/figures.ts';
import { embedAll } from './embed-all.ts';
import { ROWS } from './vectors.ts';

const KEY = 'bench-development-key';
const URL_OF_API = 'http://127.0.0.1:4393/graphql';
const SECONDS = 8;
const CHANGES = 15;
const SIMILAR =
  'query($id: ID!) { customer(key: { id: $id }) { similar(first: 10) { similarity customer { id } } } }';
const READ = 'query($id: ID!) { customer(key: { id: $id }) { id domain traits } }';

async function fill(db: Db): Promise<void> {
  await db.query(sql`insert into domain (key) values ('shop')`);
  await db.query(
    sql`insert into customer (domain_id) select 1 from generate_series(1, ${ROWS}::int)`,
  );
  await embedAll(db, ROWS, new Date());
  await db.query(sql`analyze customer, embedding`);
}

async function ask(query: string, id: number) {
  const response = await fetch(URL_OF_API, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${KEY}` },
    body: JSON.stringify({ query, variables: { id } }),
  });
  // biome-ignore lint/suspicious/noExplicitAny: an answer of the API
  const { data, errors } = (await response.json()) as any;
  if (errors) throw new Error(JSON.stringify(errors));
  return data;
}

/** Milliseconds of the slowest hundredth of requests that come at a steady rate. */
async function p99(query: string, connections: number, rate?: number) {
  const result = await autocannon({
    ...{ url: URL_OF_API, connections, duration: SECONDS, method: 'POST' },
    ...(rate !== undefined && { overallRate: rate }),
    headers: { 'content-type': 'application/json', authorization: `Bearer ${KEY}` },
    requests: [
      {
        setupRequest: (request) => {
          const id = 1 + Math.floor(Math.random() * ROWS);
          return { ...request, body: JSON.stringify({ query, variables: { id } }) };
        },
      },
    ],
  });
  if (result.non2xx > 0 || result.errors > 0) throw new Error('the API failed under load');
  return { p99: result.latency.p99, rate: result.requests.average };
}

/** From the commit of a changed vector until a search finds it. */
async function changeLatency(db: Db): Promise<number> {
  const latencies: number[] = [];
  for (let id = 100; id < 100 + CHANGES; id += 1) {
    await db.query(sql`
      update embedding set batch = pg_current_xact_id()::text::int8,
        "values" = (select "values" from embedding where customer_id = 1)
      where customer_id = ${id}`);
    const began = performance.now();
    let seen = false;
    while (!seen) {
      const { customer } = await ask(SIMILAR, id);
      seen = customer.similar.some((row: { customer: { id: string } }) => row.customer.id === '1');
      const back = await ask(SIMILAR, 1);
      seen &&= back.customer.similar.some(
        (row: { customer: { id: string } }) => row.customer.id === String(id),
      );
    }
    latencies.push(performance.now() - began);
    await db.query(sql`delete from embedding where customer_id = ${id}`);
  }
  return median(latencies);
}

async function measure(db: Db): Promise<void> {
  const began = performance.now();
  await ask(SIMILAR, 1);
  console.log(`100,000 vectors loaded in ${((performance.now() - began) / 1_000).toFixed(1)} s`);
  const latency = await changeLatency(db);
  report({
    bench: 'a changed embedding among 100,000, until a search sees it',
    figure: `${latency.toFixed(0)} ms`,
    bar: '< 500 ms',
    met: latency < 500,
  });
  await p99(READ, 4, 50);
  const idle = await p99(READ, 4, 50);
  const [busy, similar] = await Promise.all([p99(READ, 4, 50), p99(SIMILAR, 2)]);
  console.log(`similar: ${similar.rate.toFixed(0)} requests/s, p99 ${similar.p99} ms`);
  report({
    bench: 'p99 of a read while 2 clients ask for similar customers among 100,000',
    figure: `${busy.p99} ms (idle ${idle.p99} ms; similar ${similar.rate.toFixed(0)}/s, p99 ${similar.p99} ms)`,
    bar: '< 25 ms',
    met: busy.p99 < 25,
  });
}

const home = mkdtempSync(join(tmpdir(), 'cameo-similar-'));
const postgres = await startPostgres({ dataDir: home });
const variables = {
  DATABASE_URL: postgres.url,
  CAMEO_HOME: home,
  CAMEO_SEED: '0',
  CAMEO_LOG: 'warn',
};
const db = openDb(postgres.url);
try {
  const migrate = readConfig({ ...variables, ROLE: 'migrate' });
  await (await startCameo(migrate, pino({ level: 'warn' }), new AbortController().signal)).stop();
  await fill(db);
  const api = spawn(process.execPath, ['--import', 'tsx', 'src/main.ts'], {
    env: { ...process.env, ...variables, ROLE: 'api', PORT: '4393', CAMEO_DEV_KEY: KEY },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  try {
    while (
      !(await fetch(URL_OF_API, { method: 'POST' }).then(
        () => true,
        () => false,
      ))
    )
      if (api.exitCode !== null) throw new Error(`the API ended with ${api.exitCode}`);
    await measure(db);
  } finally {
    api.kill('SIGTERM');
  }
} finally {
  await db.close();
  await postgres.stop();
  rmSync(home, { recursive: true, force: true });
}
