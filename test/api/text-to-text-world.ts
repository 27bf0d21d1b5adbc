import { cpSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { createFolderStore } from '../../src/features/artefacts/folder-store.ts';
import { seededRandom } from '../../src/ml/random.ts';
import { makeFolder } from '../features/artefacts/make-folder.ts';
import { startTestApi, type TestApi } from '../helpers/api.ts';
import { followRun } from '../helpers/subscribe.ts';
import { writeBase } from '../ml/t5/run/world.ts';

/** A Cameo whose shipped text-to-text base is one that learns in seconds. */
export interface TextToTextWorld {
  readonly api: TestApi;
  /** Trains in a process of its own, and follows the run to its end. */
  train(input: object): Promise<TrainedRun>;
  /** The folder of a version. */
  folderOf(version: { readonly artefact: string }): Promise<string>;
  end(): Promise<void>;
}

export interface TrainedRun {
  readonly state: string;
  readonly refused: string | null;
  readonly error: string | null;
  readonly decision: string | null;
  // biome-ignore lint/suspicious/noExplicitAny: what a run measures is known to the test that asks it
  readonly metrics: any;
  readonly curve: readonly { readonly split: string; readonly metric: string }[];
  // biome-ignore lint/suspicious/noExplicitAny: the same of its version
  readonly version: any;
}

export async function makeTextToTextWorld(): Promise<TextToTextWorld> {
  const home = makeFolder(tmpdir(), `cameo-t5-${process.pid}`, { readme: 'a home' });
  const base = await writeBase();
  cpSync(base, join(home, 'models/base-t5'), { recursive: true });
  const artefacts = join(home, 'artefacts');
  const ml = { backend: 'onnx' as const, threads: 1, providers: ['cpu'] as const, artefacts };
  const api = await startTestApi({ role: 'all', home, ml: { ...ml, bucket: undefined } });
  return {
    api,
    train: (input) => train(api, input),
    folderOf: ({ artefact }) => createFolderStore(artefacts).open(artefact),
    async end() {
      await api.stop();
      rmSync(base, { recursive: true, force: true });
      rmSync(home, { recursive: true, force: true });
    },
  };
}

export const MODEL_TRAIN = `mutation($input: ModelTrainInput!) { modelTrain(input: $input) {
  run { id } userErrors { field code message }
} }`;

async function train(api: TestApi, input: object): Promise<TrainedRun> {
  const { modelTrain } = await api.data(MODEL_TRAIN, { input });
  expect(modelTrain.userErrors).toEqual([]);
  await followRun(api, modelTrain.run.id);
  const { trainingRun } = await api.data(`{ trainingRun(id: "${modelTrain.run.id}") {
    state refused error decision metrics curve { step split metric value }
    version { id number active winner decidedBy baselines metrics hyperparameters artefact
      dataHash rows { train validation test } parent { id } model { task { kind labels } } }
  } }`);
  return trainingRun;
}

/** Quick to learn; the base has learnt nothing yet. */
export const quick = {
  ...{ epochs: 3, learningRate: 0.01, batchSize: 16, dropout: 0, maxLength: 48, maxTokens: 8 },
};

const CHEAP = ['budget', 'cheap'];
const DEAR = ['luxury', 'gold'];
const THINGS = ['coat', 'watch', 'soap'];

/**
 * Customers of a domain who each wrote of what they bought: a cheap thing, or a dear one. The label is
 * one of `names`: of the message, or of the customer, who then has a list of interests too.
 */
export async function ingestBuyers(
  api: TestApi,
  domain: string,
  {
    count,
    names,
    of,
  }: { count: number; names: readonly [string, string]; of: 'message' | 'customer' },
): Promise<void> {
  const { next } = seededRandom(domain.length);
  const one = (list: readonly string[]) => list[Math.floor(next() * list.length)] as string;
  const people = Array.from({ length: count }, (_, i) => {
    const id = `${domain}-${i}`;
    const things = THINGS.filter(() => next() < 0.5);
    const text = `bought a ${one(i % 2 === 0 ? CHEAP : DEAR)} ${things.join(' ')}`;
    return { id, things, text, value: names[i % 2] as string };
  });
  const events = people.map(({ id, text }, i) => ({
    ...{ messageId: id, type: 'review', text, identities: [{ kind: 'user_id', value: id }] },
    occurredAt: new Date(Date.UTC(2025, 9, 1, i)).toISOString(),
  }));
  const at = '2026-01-01T00:00:00Z';
  const keyOf = (id: string) =>
    of === 'message'
      ? { messageId: id }
      : { at, customer: { identity: { kind: 'user_id', value: id } } };
  const labels = people.map(({ id, value }) => ({ ...keyOf(id), value }));
  const customer = (id: string) => ({ identity: { kind: 'user_id', value: id } });
  const interests = people.map(({ id, things }) => ({ at, customer: customer(id), value: things }));
  await api.data(
    `mutation($events: [EventInput!]!, $labels: LabelsImportInput!, $interests: LabelsImportInput!) {
      eventsIngest(input: { domain: "${domain}", events: $events }) { accepted }
      labels: labelsImport(input: $labels) { imported userErrors { message } }
      interests: labelsImport(input: $interests) { imported userErrors { message } }
    }`,
    {
      events,
      labels: { domain, task: 'price_sensitivity', labels },
      interests: { domain, task: 'interests', labels: interests },
    },
  );
}
