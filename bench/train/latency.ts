// The API's 99th percentile while a model is trained on the same machine, against the idle machine:
// the profile query at a steady rate, Cameo in one process (ROLE=all), the training in its child with
// one thread, so that one of two cores is left. Idle and training take turns, as the machine's own
// moods last longer than a round.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import autocannon from 'autocannon';
import { startPostgres } from '../../src/postgres/start.ts';
import { median, report } from '../helpers/figures.ts';
import { prepareDemo } from '../profile/prepare.ts';

const ROUNDS = 5;
const SECONDS = 8;
const REQUESTS_A_SECOND = 100;
const CLIENTS = 8;
const KEY = 'bench-development-key';
const PORT = '4394';
const URL = `http://127.0.0.1:${PORT}/graphql`;
const HEADERS = { 'content-type': 'application/json', authorization: `Bearer ${KEY}` };

const PROFILE = `query Profile($id: ID!) {
  customer(key: { id: $id }) {
    id domain traits
    identities { kind value }
    events(first: 20) { nodes { id type occurredAt amount itemId } }
    segments { enteredAt segment { key name } }
    predictions { task value probability }
  }
}`;

const TRAIN = `mutation { modelTrain(input: {
  name: "sentiment", task: { kind: CLASSIFY, labels: "sentiment" }, domain: "retail",
  source: { text: EVENTS }, hyperparameters: { epochs: 20, patience: 20 }
}) { run { id } userErrors { message } } }`;

async function ask<T>(query: string): Promise<T> {
  const response = await fetch(URL, {
    method: 'POST',
    headers: HEADERS,
    body: JSON.stringify({ query }),
  });
  const { data, errors } = (await response.json()) as { data: T; errors?: unknown };
  if (errors) throw new Error(JSON.stringify(errors));
  return data;
}

/** Milliseconds that 99 of 100 requests stay under, over one round. */
async function p99(ids: readonly string[]): Promise<number> {
  let next = 0;
  const result = await autocannon({
    ...{ url: URL, connections: CLIENTS, duration: SECONDS, overallRate: REQUESTS_A_SECOND },
    method: 'POST',
    headers: HEADERS,
    requests: [
      {
        setupRequest: (request) => {
          next = (next + 1) % ids.length;
          const body = JSON.stringify({ query: PROFILE, variables: { id: ids[next] } });
          return { ...request, body };
        },
      },
    ],
  });
  if (result.non2xx > 0 || result.errors > 0) throw new Error('the API failed under load');
  return result.latency.p99;
}

interface RunState {
  readonly step: number | null;
  readonly state: string;
}

/** Resolves once the run is as wanted. */
async function untilState(id: string, wanted: (run: RunState) => boolean): Promise<void> {
  for (;;) {
    const { trainingRun } = await ask<{ trainingRun: RunState }>(
      `{ trainingRun(id: "${id}") { step state } }`,
    );
    if (wanted(trainingRun)) return;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

async function underWay(id: string): Promise<void> {
  await untilState(id, ({ step, state }) => {
    if (state === 'FAILED') throw new Error('the training failed');
    return (step ?? 0) > 1;
  });
}

/** A round while a model is trained. */
async function p99WhileTraining(ids: readonly string[]): Promise<number> {
  const { modelTrain } = await ask<{ modelTrain: { run: { id: string } } }>(TRAIN);
  const { id } = modelTrain.run;
  await underWay(id);
  const figure = await p99(ids);
  await ask(`mutation { trainingRunCancel(input: { id: "${id}" }) { userErrors { message } } }`);
  // A run that was cancelled ends as a failed one.
  await untilState(id, ({ state }) => state === 'FAILED');
  return figure;
}

async function whenUp(): Promise<void> {
  while (!(await fetch(URL, { method: 'POST' }).catch(() => undefined)))
    await new Promise((resolve) => setTimeout(resolve, 100));
}

const home = mkdtempSync(join(tmpdir(), 'cameo-training-load-'));
const postgres = await startPostgres({ dataDir: join(home, 'postgres') });
const environment = {
  ...{ DATABASE_URL: postgres.url, ROLE: 'all', PORT, CAMEO_HOME: home, CAMEO_DEV_KEY: KEY },
  ...{ CAMEO_LOG: 'warn', CAMEO_ML_THREADS: '1' },
};
await prepareDemo(postgres.url);
const cameo = spawn(process.execPath, ['--import', 'tsx', 'src/main.ts'], {
  env: { ...process.env, ...environment },
  stdio: ['ignore', 'ignore', 'inherit'],
});
try {
  await whenUp();
  const { customers } = await ask<{ customers: { nodes: { id: string }[] } }>(
    '{ customers(first: 100) { nodes { id } } }',
  );
  const ids = customers.nodes.map(({ id }) => id);
  await p99(ids);
  const [idle, training]: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    idle.push(await p99(ids));
    training.push(await p99WhileTraining(ids));
  }
  console.log(`p99 idle ${idle.join(', ')} ms, training ${training.join(', ')} ms`);
  const ratio = median(training) / median(idle);
  report({
    bench: "API's p99 while training, one core left, against idle",
    figure: `${ratio.toFixed(2)}x (${median(training)} and ${median(idle)} ms)`,
    bar: '<= 1.5x',
    met: ratio <= 1.5,
  });
} finally {
  cameo.kill('SIGTERM');
  await new Promise((resolve) => cameo.once('exit', resolve));
  await postgres.stop();
  rmSync(home, { recursive: true, force: true });
}
