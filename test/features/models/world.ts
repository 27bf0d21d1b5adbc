import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sql from 'sql-template-tag';
import { createFakeClock, type FakeClock } from '../../../src/clock.ts';
import { createFolderStore } from '../../../src/features/artefacts/folder-store.ts';
import { definitions } from '../../../src/features/definitions/definitions.ts';
import type { ModelTrainInput } from '../../../src/features/models/input.ts';
import type { PredictDeps } from '../../../src/features/models/predict/predict-shard.ts';
import type { PromoteDeps } from '../../../src/features/models/promote.ts';
import { runById, type TrainingRunRow } from '../../../src/features/models/run.ts';
import { runUpdates } from '../../../src/features/models/run-updates.ts';
import { modelTrain } from '../../../src/features/models/train.ts';
import type { TrainingDeps } from '../../../src/features/models/training/deps.ts';
import { createFeatureStore } from '../../../src/features/store/store.ts';
import { createPredict, createPredictionRefresh } from '../../../src/jobs/predictions.ts';
import { enqueue } from '../../../src/jobs/queue.ts';
import { createTrain } from '../../../src/jobs/train.ts';
import { fixtureEngine } from '../../fixtures/training/engine.ts';
import { makeWorld, tester, type World } from '../../jobs/world.ts';

export const NOW = '2026-03-01T12:00:00.000Z';

/** All that models need, with a learning engine that learns in a moment. */
export interface ModelWorld extends Omit<World, 'clock'>, TrainingDeps, PredictDeps, PromoteDeps {
  readonly clock: FakeClock;
  readonly home: string;
  readonly jobs: {
    readonly train: ReturnType<typeof createTrain>;
    readonly predict: ReturnType<typeof createPredict>;
    readonly refresh: ReturnType<typeof createPredictionRefresh>;
  };
  domain(key: string): Promise<number>;
  /** A customer who wrote a text, which may be labelled for the task "mood". */
  author(text: string, label?: string, domain?: string): Promise<number>;
  /** A version as a training would have left it, without the training; its id. */
  addVersion(name: string, kind: string, labels: string | null, own?: object): Promise<number>;
  /** Queues a training of the model "mood". */
  train(input?: Partial<ModelTrainInput>): Promise<TrainingRunRow>;
  /** The run once it has ended. */
  ended(id: string): Promise<TrainingRunRow>;
}

export async function makeModelWorld(
  trainer: Partial<TrainingDeps['trainer']> = {},
): Promise<ModelWorld> {
  const clock = createFakeClock(NOW);
  const base = await makeWorld(clock);
  const home = mkdtempSync(join(tmpdir(), 'cameo-models-'));
  const store = createFeatureStore({ ...base, definitions, print: () => {} });
  await store.apply();
  const training: TrainingDeps & PredictDeps = {
    ...{ db: base.db, clock, log: base.log, notifications: base.hub, store },
    modelQueue: {
      train: (tx, runId) => enqueue(tx, train, { runId }),
      refreshPredictions: (tx, model) => enqueue(tx, refresh, model === undefined ? {} : { model }),
      refreshEmbeddings: (tx) => enqueue(tx, refresh, {}),
    },
    bases: { find: (name) => (name === undefined || name === 'small' ? home : undefined) },
    checkHyperparameters: fixtureEngine.checkHyperparameters,
    artefacts: createFolderStore(join(home, 'artefacts')),
    predictor: fixtureEngine.predictor,
    trainer: {
      ...{ command: fixtureEngine.command, runs: join(home, 'runs'), threads: 1, backend: 'cpu' },
      ...{ timeoutMs: 60_000, codeVersion: 'test' },
      ...trainer,
    },
  };
  const train = createTrain(training);
  const predict = createPredict(training);
  const refresh = createPredictionRefresh(training, predict, { shardSize: 2 });
  const world: ModelWorld = {
    ...base,
    ...training,
    ...{ clock, home, jobs: { train, predict, refresh } },
    predictionCatalog: { reload: async () => {} },
    domain: (key) => domainId(base, key),
    addVersion: (name, kind, labels, own = {}) => insertVersion(base, { name, kind, labels, own }),
    author: (text, label, domain = 'retail') => insertAuthor(base, { text, label, domain }),
    train: (input = {}) =>
      modelTrain(training, tester, {
        ...{ name: 'mood', task: { kind: 'CLASSIFY', labels: 'mood' }, domain: 'retail' },
        ...input,
      }),
    async ended(id) {
      for await (const run of runUpdates(training, base.hub, tester, id))
        if (run.finishedAt) return run;
      throw new Error(`The run ${id} ended otherwise`);
    },
    async end() {
      await base.end();
      rmSync(home, { recursive: true, force: true });
    },
  };
  return world;
}

async function domainId({ db }: World, key: string): Promise<number> {
  const [row] = await db.query<{ id: number }>(sql`
    insert into domain (key) values (${key}) on conflict (key) do update set key = excluded.key
    returning id`);
  return row?.id ?? 0;
}

let messages = 0;

async function insertAuthor(
  world: World,
  { text, label, domain }: { text: string; label: string | undefined; domain: string },
): Promise<number> {
  const { db } = world;
  messages += 1;
  const message = `message ${messages}`;
  const id = await domainId(world, domain);
  const [row] = await db.query<{ customer: number }>(sql`
    with c as (insert into customer (domain_id) values (${id}) returning id),
    r as (
      insert into event_receipt (domain_id, message_id, customer_id, occurred_at)
      select ${id}, ${message}, id, '2026-02-01T00:00:00Z' from c
    )
    insert into event (customer_id, origin_customer_id, domain_id, message_id, type, occurred_at, text)
    select id, id, ${id}, ${message}, 'review', '2026-02-01T00:00:00Z', ${text} from c
    returning customer_id as customer`);
  const customer = row?.customer ?? 0;
  if (label !== undefined)
    await db.query(sql`
      insert into label (customer_id, domain_id, task, message_id, value, at, source, created_at)
      values (${customer}, ${id}, 'mood', ${message}, ${JSON.stringify(label)},
              '2026-02-01T00:00:00Z', 'test', '2026-02-01T00:00:00Z')`);
  return customer;
}

/** A run as it is now. */
export async function readRun({ db }: ModelWorld, id: string): Promise<TrainingRunRow> {
  const run = await runById(db, tester, id);
  if (!run) throw new Error(`There is no run ${id}`);
  return run;
}

interface Version {
  readonly name: string;
  readonly kind: string;
  readonly labels: string | null;
  readonly own: object;
}

async function insertVersion(world: World, { name, kind, labels, own }: Version): Promise<number> {
  const [row] = await world.db.query<{ id: number }>(sql`
    with m as (
      insert into model (name, domain_id, kind, labels, training)
      values (${name}, ${await domainId(world, 'retail')}, ${kind}::"TaskKind", ${labels}, '{}')
      returning id
    )
    insert into model_version (model_id, number, data_hash, rows, code_version, spec,
      hyperparameters, metrics, baselines, winner, decided_by, artefact)
    select id, 1, '', '{}', '', '{}', ${JSON.stringify(own)}, '{}', '{}', 'model', 'f1', '' from m
    returning id`);
  return row?.id ?? 0;
}

/** What was wrong with a request: the code and the place. */
export async function refusalOf(asked: Promise<unknown>): Promise<[string, string]> {
  const error = await asked.then(
    () => ({ code: 'nothing', field: [] }),
    (thrown: { code: string; field?: string[] }) => thrown,
  );
  return [error.code, (error.field ?? []).join('.')];
}
