import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { makeFolder } from '../features/artefacts/make-folder.ts';
import { fixtureEngine } from '../fixtures/training/engine.ts';
import { startTestApi, type TestApi } from '../helpers/api.ts';
import { countStatements } from '../helpers/statements.ts';
import { followJob, subscribe } from '../helpers/subscribe.ts';

let api: TestApi;
let home: string;
/** Customer ids by person. */
const people = new Map<string, string>();

beforeAll(async () => {
  home = makeFolder(tmpdir(), `cameo-api-${process.pid}`, {
    'models/base-encoder/config.json': '{}',
  });
  const ml = {
    ...{ backend: 'cpu' as const, threads: 1, providers: ['cpu'] as const },
    artefacts: join(home, 'artefacts'),
  };
  const config = { role: 'all' as const, home, ml: { ...ml, bucket: undefined } };
  api = await startTestApi(config, undefined, fixtureEngine);
  for (let each = 0; each < 3; each += 1) {
    await write(`ann ${each}`, 'lovely thing', 'good');
    await write(`bob ${each}`, 'awful thing', 'bad');
  }
  await write('carl', 'lovely too');
});
afterAll(async () => {
  await api.stop();
  rmSync(home, { recursive: true, force: true });
});

const INGEST = `mutation($events: [EventInput!]!, $labels: LabelsImportInput!) {
  eventsIngest(input: { domain: "retail", events: $events }) { receipts { customerId } }
  labelsImport(input: $labels) { imported userErrors { message } }
}`;

/** Somebody writes a text; with a label, the text is one to learn from. */
async function write(person: string, text: string, value = 'unused'): Promise<void> {
  const messageId = `${person}: ${text}`;
  const event = {
    ...{ messageId, type: 'review', occurredAt: '2026-02-01T00:00:00Z', text },
    identities: [{ kind: 'user_id', value: person }],
  };
  const task = value === 'unused' ? 'unused' : 'mood';
  const labels = { domain: 'retail', task, labels: [{ messageId, value }] };
  const { eventsIngest } = await api.data(INGEST, { events: [event], labels });
  people.set(person, eventsIngest.receipts[0].customerId);
}

const TRAIN = `mutation($input: ModelTrainInput!) {
  modelTrain(input: $input) { run { id state trigger model { name } } userErrors { field code message } }
}`;

const input = (more: object = {}) => ({
  ...{ name: 'mood', task: { kind: 'CLASSIFY', labels: 'mood' }, domain: 'retail' },
  ...more,
});

interface Update {
  trainingRunUpdated: {
    state: string;
    step: number | null;
    version: { id: string } | null;
    decision: string | null;
  };
}

/** Trains, and follows the run to its end. */
async function train(more: object = {}): Promise<Update['trainingRunUpdated'][]> {
  const { modelTrain } = await api.data(TRAIN, { input: input(more) });
  expect(modelTrain.userErrors).toEqual([]);
  const updates = await subscribe<Update>(
    api,
    `subscription { trainingRunUpdated(id: "${modelTrain.run.id}") {
      state step loss eta decision version { id }
    } }`,
  );
  const seen: Update['trainingRunUpdated'][] = [];
  while (!['DONE', 'FAILED'].includes(seen.at(-1)?.state ?? ''))
    seen.push((await updates.next()).trainingRunUpdated);
  await updates.close();
  return seen;
}

const PREDICTIONS = `query($id: ID!) { customer(key: { id: $id }) { predictions {
  task value probability reasons { name contribution text } version { number model { name } } at
} } }`;

async function refreshed(): Promise<void> {
  const { predictionsRefresh } = await api.data(
    'mutation { predictionsRefresh(input: {}) { job { id } userErrors { message } } }',
  );
  await followJob(api, predictionsRefresh.job.id);
  const shards = await api.data('{ jobs(first: 100) { id name state } }');
  for (const { id, name } of shards.jobs) if (name === 'predict') await followJob(api, id);
}

describe('a model', () => {
  it('is trained by a mutation, watched by a subscription, and predicts', async () => {
    const seen = await train();
    const last = seen.at(-1);
    expect(last?.state).toBe('DONE');
    expect(last?.step).toBe(6);
    expect(last?.decision).toMatch(/^Promoted: the model/);
    await refreshed();
    const { customer } = await api.data(PREDICTIONS, { id: people.get('carl') });
    expect(customer.predictions).toEqual([
      {
        ...{ task: 'mood', value: 'good', probability: 1, at: '2026-03-01T12:00:00.000Z' },
        reasons: [{ name: 'lovely', contribution: 1, text: null }],
        version: { number: 1, model: { name: 'mood' } },
      },
    ]);
  });

  it('tells of its versions, runs and schedule', async () => {
    const { model } = await api.data(`{ model(name: "mood") {
      name domain task { kind labels } createdAt
      active { number status active }
      versions(first: 1) {
        nodes {
          id number status active winner decidedBy metrics baselines dataHash hyperparameters
          rows { train validation test } featureService { name version } parent { id } model { name }
        }
        pageInfo { hasNextPage }
      }
      runs(first: 5) { state step steps loss metrics trigger curve { step split metric value } }
      schedule { cron nextAt driftThreshold }
    } }`);
    expect(model).toMatchObject({
      ...{ name: 'mood', domain: 'retail', task: { kind: 'CLASSIFY', labels: 'mood' } },
      active: { number: 1, status: 'ACTIVE', active: true },
      schedule: { cron: '0 2 * * *', nextAt: '2026-03-02T02:00:00.000Z', driftThreshold: 0.25 },
    });
    expect(model.versions.pageInfo.hasNextPage).toBe(false);
    expect(model.versions.nodes).toEqual([
      expect.objectContaining({
        ...{ number: 1, status: 'ACTIVE', active: true, winner: 'model', decidedBy: 'accuracy' },
        ...{ baselines: { majority: { accuracy: 0.5 } }, parent: null, featureService: null },
        ...{ rows: { train: 6, validation: 0, test: 0 }, model: { name: 'mood' } },
      }),
    ]);
    const [run] = model.runs;
    expect(run).toMatchObject({ state: 'DONE', step: 6, steps: 6, trigger: 'request' });
    expect(run.curve).toHaveLength(6);
  });

  it('goes to another version and back', async () => {
    const kept = await train({ hyperparameters: { winner: 'majority' } });
    expect(kept.at(-1)?.decision).toMatch(/^Kept as a candidate: majority/);
    const id = kept.at(-1)?.version?.id;
    const { modelPromote } = await api.data(
      `mutation { modelPromote(input: { version: "${id}" }) {
        model { active { number } } version { id status } userErrors { message }
      } }`,
    );
    expect(modelPromote).toEqual({
      ...{ model: { active: { number: 2 } }, version: { id, status: 'ACTIVE' }, userErrors: [] },
    });
    const { modelRollback } = await api.data(
      `mutation { modelRollback(input: { model: "mood" }) {
        model { active { number } versions { nodes { number status } } } userErrors { message }
      } }`,
    );
    expect(modelRollback.model).toEqual({
      active: { number: 1 },
      versions: {
        nodes: [
          { number: 2, status: 'RETIRED' },
          { number: 1, status: 'ACTIVE' },
        ],
      },
    });
  });

  it('can be asked about in segment rules, by value and by probabilities', async () => {
    await refreshed();
    const members = async (key: string, prediction: object) => {
      const { segmentSave } = await api.data(
        `mutation($input: SegmentSaveInput!) { segmentSave(input: $input) {
          segment { size members { nodes { id } } } userErrors { message }
        } }`,
        { input: { key, domain: 'retail', rule: { prediction } } },
      );
      expect(segmentSave.userErrors).toEqual([]);
      return segmentSave.segment.members.nodes.map(({ id }: { id: string }) => id);
    };
    const happy = [...people].filter(([name]) => !name.startsWith('bob')).map(([, id]) => id);
    expect(await members('happy', { task: 'mood', op: 'EQ', value: 'good' })).toEqual(happy);
    const sure = { task: 'mood:probability', op: 'GT', value: 0.9 };
    expect(await members('sure', sure)).toEqual([...people.values()]);
    const good = { task: 'mood:good', op: 'GT', value: 0.9 };
    expect(await members('good', good)).toEqual(happy);
    const bad = { task: 'mood:bad', op: 'LT', value: 0.1 };
    expect(await members('not-bad', bad)).toEqual(happy);
    const [bob] = [...people].filter(([name]) => name.startsWith('bob')).map(([, id]) => id);
    const { customer } = await api.data(
      `query($id: ID!) { customer(key: { id: $id }) {
        explainMembership(segment: "happy") { member clause { holds value } }
      } }`,
      { id: bob },
    );
    expect(customer.explainMembership).toEqual({
      ...{ member: false, clause: { holds: false, value: 'bad' } },
    });
  });

  it('moves a customer between segments when it says something else of them', async () => {
    const changes = await subscribe<{ segmentMembershipChanged: object }>(
      api,
      'subscription { segmentMembershipChanged(segment: "happy") { entered customer { id } } }',
    );
    await write('carl', 'awful by now');
    await api.services.db.pool.query(
      `update event set occurred_at = '2026-02-02' where message_id = 'carl: awful by now'`,
    );
    await refreshed();
    expect((await changes.next()).segmentMembershipChanged).toEqual({
      ...{ entered: false, customer: { id: people.get('carl') } },
    });
    await changes.close();
  });
});

describe('what is asked of models', () => {
  it('comes back as user errors with the place in the input', async () => {
    const { modelTrain } = await api.data(TRAIN, {
      input: input({ name: 'new', task: { kind: 'CLASSIFY', labels: 'size' } }),
    });
    expect(modelTrain).toEqual({
      run: null,
      userErrors: [
        {
          ...{ field: ['task', 'labels'], code: 'NOT_FOUND' },
          message:
            'No labels were imported for the task "size" in the domain "retail". Send them with labelsImport.',
        },
      ],
    });
    const { modelSchedule } = await api.data(
      `mutation { modelSchedule(input: { model: "mood", cron: "at noon" }) {
        model { name } userErrors { field code }
      } }`,
    );
    expect(modelSchedule.userErrors).toEqual([{ field: ['cron'], code: 'BAD_INPUT' }]);
  });

  it('is for writers, promotions for admins, and of one domain alone', async () => {
    const [reader, writer] = [await api.makeKey('reader'), await api.makeKey('writer')];
    const banker = await api.makeKey('admin', ['finance']);
    const code = async (query: string, key: string, variables: object = {}) =>
      (await api.ask(query, variables, key)).errors?.[0]?.extensions.code;
    expect(await code(TRAIN, reader, { input: input() })).toBe('FORBIDDEN');
    const promote = 'mutation { modelPromote(input: { version: "1" }) { userErrors { code } } }';
    expect(await code(promote, writer)).toBe('FORBIDDEN');
    const seen = await api.ask('{ model(name: "mood") { name } models { name } }', {}, banker);
    expect(seen.data).toEqual({ model: null, models: [] });
    const { data } = await api.ask(promote, {}, banker);
    expect(data.modelPromote.userErrors).toEqual([{ code: 'NOT_FOUND' }]);
  });

  it('is read in a number of statements that does not grow with the customers', async () => {
    const query = (first: number) => `{ customers(first: ${first}) { nodes {
      predictions { task value version { number model { name active { id } } } }
    } } }`;
    const cost = (first: number) => countStatements(api.services.db, () => api.data(query(first)));
    // Now and then the caller's key is looked up too.
    const least = async (first: number) => Math.min(await cost(first), await cost(first));
    expect(await least(7)).toBe(await least(2));
  });

  it('says which engine runs', async () => {
    const { health } = await api.data(
      '{ health { ml { backend configured threads serving encoder } } }',
    );
    const cpu = { backend: 'cpu', configured: 'cpu', threads: 1, serving: 'cpu' };
    expect(health.ml).toMatchObject(cpu);
  });

  it('leaves lines in the audit log', async () => {
    const { rows } = await api.services.db.pool.query(
      `select distinct action, outcome from audit_log
       where action like 'model%' or action like 'predictions%' order by 1, 2`,
    );
    expect(rows).toEqual(
      expect.arrayContaining([
        { action: 'modelTrain', outcome: 'ok' },
        { action: 'modelTrain', outcome: 'NOT_FOUND' },
        { action: 'modelPromote', outcome: 'ok' },
        { action: 'modelRollback', outcome: 'ok' },
        { action: 'modelSchedule', outcome: 'BAD_INPUT' },
        { action: 'predictionsRefresh', outcome: 'ok' },
      ]),
    );
  });
});
