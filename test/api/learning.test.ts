import { cpSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { seededRandom } from '../../src/ml/random.ts';
import { makeFolder } from '../features/artefacts/make-folder.ts';
import { startTestApi, type TestApi } from '../helpers/api.ts';
import { followJob, followRun } from '../helpers/subscribe.ts';
import { sentenceWith, writeTinyBase } from '../helpers/training-runs.ts';

/** Enough of each class for a split of which none is too small. */
const CUSTOMERS = 330;
const TOPICS = ['refund', 'parcel', 'account'];

let api: TestApi;
let home: string;

beforeAll(async () => {
  home = makeFolder(tmpdir(), `cameo-learning-${process.pid}`, { readme: 'a home' });
  cpSync(await writeTinyBase(), join(home, 'models/tiny'), { recursive: true });
  const ml = {
    backend: 'onnx' as const,
    threads: 1,
    providers: ['cpu'] as const,
    artefacts: join(home, 'artefacts'),
  };
  api = await startTestApi({ role: 'all', home, ml: { ...ml, bucket: undefined } });
  await ingest();
}, 120_000);
afterAll(async () => {
  await api.stop();
  rmSync(home, { recursive: true, force: true });
});

const INGEST = `mutation($events: [EventInput!]!, $labels: LabelsImportInput!) {
  eventsIngest(input: { domain: "retail", events: $events }) { accepted }
  labelsImport(input: $labels) { imported userErrors { message } }
}`;

/** Each customer writes two texts, whose topic one word tells; the last thirty have no label. */
async function ingest(): Promise<void> {
  const { next } = seededRandom(5);
  const events = Array.from({ length: CUSTOMERS + 30 }, (_, i) => ({
    ...{ messageId: `m${i}`, type: 'ticket', text: sentenceWith(next, TOPICS[i % 3] as string) },
    occurredAt: new Date(Date.UTC(2025, 9, 1, i)).toISOString(),
    identities: [{ kind: 'user_id', value: `u${i}` }],
  }));
  // A second text of each, on the same topic: pairs that an embedding learns from.
  const more = events.map((event, i) => ({
    ...event,
    ...{ messageId: `n${i}`, text: sentenceWith(next, TOPICS[i % 3] as string) },
  }));
  const labels = events.slice(0, CUSTOMERS).map(({ messageId }, i) => ({
    ...{ messageId, value: TOPICS[i % 3] },
  }));
  await api.data(INGEST, {
    events: [...events, ...more],
    labels: { domain: 'retail', task: 'topic', labels },
  });
}

/** Trains with Cameo's own engine, in a process of its own, and follows the run to its end. */
async function train(input: object): Promise<Record<string, unknown>> {
  const { modelTrain } = await api.data(
    `mutation($input: ModelTrainInput!) { modelTrain(input: $input) {
      run { id } userErrors { field code message } } }`,
    { input: { domain: 'retail', base: 'tiny', source: { text: 'EVENTS' }, ...input } },
  );
  expect(modelTrain.userErrors).toEqual([]);
  await followRun(api, modelTrain.run.id);
  const { trainingRun } = await api.data(`{ trainingRun(id: "${modelTrain.run.id}") {
    state refused error decision metrics curve { step split metric value }
    version { id active winner baselines }
  } }`);
  return trainingRun;
}

describe('learning, from labels to predictions', () => {
  it('trains a model that beats the baseline or says who won, and predicts with it', async () => {
    const run = await train({
      name: 'topic',
      task: { kind: 'CLASSIFY', labels: 'topic' },
      hyperparameters: { epochs: 12, learningRate: 0.005, batchSize: 16, patience: 12 },
      seed: 3,
    });
    expect(run).toMatchObject({ state: 'DONE', refused: null, error: null });
    expect(run.metrics).toMatchObject({ accuracy: expect.any(Number) });
    expect(run.curve).toContainEqual(expect.objectContaining({ split: 'train', metric: 'loss' }));
    const version = run.version as { id: string; active: boolean; winner: string };

    if (!version.active)
      await api.data(`mutation { modelPromote(input: { version: "${version.id}" }) {
        userErrors { message } } }`);
    await refreshed('predictionsRefresh(input: {})');
    const { customer } = await api.data(`{
      customer(key: { identity: { kind: "user_id", value: "u${CUSTOMERS}" } }, domain: "retail") {
        predictions(task: ["topic"]) { value probability version { id } reasons { name text contribution } }
      } }`);
    const [prediction] = customer.predictions;
    expect(prediction).toMatchObject({ value: TOPICS[0], version: { id: version.id } });
    expect(prediction.probability).toBeGreaterThan(0.5);
    expect(prediction.reasons[0]).toMatchObject({ name: 'text', text: TOPICS[0] });
  }, 180_000);

  it('embeds customers with a promoted model, and finds who writes alike', async () => {
    const run = await train({
      name: 'likeness',
      task: { kind: 'EMBED' },
      hyperparameters: { epochs: 1, batchSize: 16 },
    });
    expect(run).toMatchObject({ error: null });
    const version = run.version as { id: string };
    await api.data(`mutation { modelPromote(input: { version: "${version.id}" }) {
      userErrors { message } } }`);
    await refreshed('embeddingsRefresh(input: {})');
    const { customer } = await api.data(`{
      customer(key: { identity: { kind: "user_id", value: "u0" } }, domain: "retail") {
        id similar(first: 3) { similarity customer { id } }
      } }`);
    expect(customer.similar).toHaveLength(3);
    for (const { similarity, customer: other } of customer.similar) {
      expect(other.id).not.toBe(customer.id);
      expect(similarity).toBeLessThanOrEqual(1.000001);
    }
  }, 180_000);

  it('refuses to learn from a single class, and says why', async () => {
    const labels = Array.from({ length: 120 }, (_, i) => ({ messageId: `m${i}`, value: 'same' }));
    await api.data(
      'mutation($labels: LabelsImportInput!) { labelsImport(input: $labels) { imported } }',
      { labels: { domain: 'retail', task: 'single', labels } },
    );
    const run = await train({ name: 'single', task: { kind: 'CLASSIFY', labels: 'single' } });
    expect(run.refused).toMatch(/one class|"same"/);
    expect(run.version).toBeNull();
  }, 120_000);
});

/** Queues a refresh and waits for it to end. */
async function refreshed(mutation: string): Promise<void> {
  const [name = ''] = mutation.split('(');
  const data = await api.data(`mutation { ${mutation} { job { id } userErrors { message } } }`);
  expect(data[name].userErrors).toEqual([]);
  await followJob(api, data[name].job.id);
  const { jobs } = await api.data('{ jobs(first: 100) { id name } }');
  for (const job of jobs) if (job.name === 'predict') await followJob(api, job.id);
}
