import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createFolderStore } from '../../src/features/artefacts/folder-store.ts';
import { createEngine } from '../../src/startup/engine.ts';
import { makeFolder } from '../features/artefacts/make-folder.ts';
import { startTestApi, type TestApi } from '../helpers/api.ts';
import { changeManifest, registerGenerator, trainGenerator } from '../helpers/generator.ts';
import { leastStatements } from '../helpers/statements.ts';
import { followJob } from '../helpers/subscribe.ts';

const TASK = 'price_sensitivity';

let api: TestApi;
let home: string;
let folder: string;
let version: number;
/** Customer ids by person. */
const people = new Map<string, string>();

beforeAll(async () => {
  home = makeFolder(tmpdir(), `cameo-attributes-${process.pid}`, { 'models/.keep': '' });
  folder = await trainGenerator();
  await changeManifest(folder, ({ stack: _, ...manifest }) => ({
    further: [
      {
        ...manifest,
        task: { ...(manifest.task as object), name: 'luxury' },
        leastConfidence: null,
      },
    ],
  }));
  const ml = {
    ...{ backend: 'cpu' as const, threads: 1, providers: ['cpu'] as const, bucket: undefined },
    artefacts: join(home, 'artefacts'),
  };
  api = await startTestApi({ role: 'all', home, ml }, undefined, createEngine(ml));
  await buy('ann', 'bought luxury watch');
  await buy('bob', 'bought cheap soap');
  await buy('carl', 'bought the coat');
  const artefact = await createFolderStore(ml.artefacts).publish(folder);
  version = await registerGenerator(api.services.db, artefact, { task: TASK, further: 'luxury' });
}, 300_000);
afterAll(async () => {
  await api.stop();
  rmSync(home, { recursive: true, force: true });
  rmSync(dirname(folder), { recursive: true, force: true });
});

async function buy(person: string, text: string): Promise<void> {
  const event = {
    ...{
      messageId: `${person}: ${text}`,
      type: 'review',
      occurredAt: '2026-02-01T00:00:00Z',
      text,
    },
    identities: [{ kind: 'user_id', value: person }],
  };
  const { eventsIngest } = await api.data(
    `mutation($events: [EventInput!]!) {
      eventsIngest(input: { domain: "retail", events: $events }) { receipts { customerId } }
    }`,
    { events: [event] },
  );
  people.set(person, eventsIngest.receipts[0].customerId);
}

async function refreshed(): Promise<void> {
  const { predictionsRefresh } = await api.data(
    'mutation { predictionsRefresh(input: {}) { job { id } userErrors { message } } }',
  );
  await followJob(api, predictionsRefresh.job.id);
  const shards = await api.data('{ jobs(first: 100) { id name } }');
  for (const { id, name } of shards.jobs) if (name === 'predict') await followJob(api, id);
}

const ATTRIBUTES = `query($id: ID!, $names: [String!]) { customer(key: { id: $id }) {
  attributes(names: $names) {
    name value unknown confidence source version { id number model { name } } at
  }
} }`;

async function attributesOf(person: string, names: readonly string[] | null = null) {
  const { customer } = await api.data(ATTRIBUTES, { id: people.get(person), names });
  return customer.attributes;
}

describe('customer attributes', () => {
  it('are generated once a version is promoted, with confidence and version, or unknown', async () => {
    const { modelPromote } = await api.data(
      `mutation { modelPromote(input: { version: "${version}" }) {
        model { active { number } } userErrors { message }
      } }`,
    );
    expect(modelPromote).toEqual({ model: { active: { number: 1 } }, userErrors: [] });
    await refreshed();
    const [luxury, sensitivity] = await attributesOf('ann');
    expect(sensitivity).toEqual({
      ...{ name: TASK, value: 'high', unknown: false, confidence: expect.any(Number) },
      ...{ source: 'MODEL', version: { id: `${version}`, number: 1, model: { name: 'portrait' } } },
      at: '2026-03-01T12:00:00.000Z',
    });
    expect(sensitivity.confidence).toBeGreaterThan(0.5);
    expect(luxury).toMatchObject({ name: 'luxury', value: null, unknown: true, source: 'MODEL' });
    const [bob] = await attributesOf('bob', [TASK]);
    expect(bob.value).toBe('low');
    expect(await attributesOf('bob', ['no such attribute'])).toEqual([]);
  });

  it('are features by name, in segment rules too', async () => {
    const { customer } = await api.data(
      `query($id: ID!) { customer(key: { id: $id }) {
        features(names: ["attributes:${TASK}", "${TASK}_version", "attributes:luxury"]) { name value status }
      } }`,
      { id: people.get('ann') },
    );
    expect(customer.features).toEqual([
      { name: TASK, value: 'high', status: 'PRESENT' },
      { name: `${TASK}_version`, value: version, status: 'PRESENT' },
      { name: 'luxury', value: null, status: 'NULL_VALUE' },
    ]);
    const rule = { feature: { name: `attributes:${TASK}`, op: 'EQ', value: 'low' } };
    const { segmentSave } = await api.data(
      `mutation($input: SegmentSaveInput!) { segmentSave(input: $input) {
        segment { members { nodes { id } } } userErrors { message }
      } }`,
      { input: { key: 'thrifty', domain: 'retail', rule } },
    );
    expect(segmentSave).toEqual({
      ...{ segment: { members: { nodes: [{ id: people.get('bob') }] } }, userErrors: [] },
    });
  });

  it('are written by models alone', async () => {
    const row = { key: { customer_id: 1 }, eventTime: '2026-02-01T00:00:00Z', values: {} };
    const { featuresPush } = await api.data(
      `mutation($input: FeaturesPushInput!) { featuresPush(input: $input) {
        accepted userErrors { field code }
      } }`,
      { input: { view: 'attributes', rows: [row] } },
    );
    expect(featuresPush).toEqual({
      ...{ accepted: 0, userErrors: [{ field: ['view'], code: 'BAD_INPUT' }] },
    });
  });

  it('are what a label says, where there is one', async () => {
    const { labelsImport } = await api.data(
      `mutation($labels: LabelsImportInput!) { labelsImport(input: $labels) { imported userErrors { message } } }`,
      {
        labels: {
          ...{ domain: 'retail', task: TASK },
          labels: [
            { customer: { id: people.get('carl') }, value: 'high', at: '2026-02-20T00:00:00Z' },
          ],
        },
      },
    );
    expect(labelsImport).toEqual({ imported: 1, userErrors: [] });
    const [carl] = await attributesOf('carl', [TASK]);
    expect(carl).toMatchObject({
      ...{ value: 'high', unknown: false, confidence: null, source: 'LABEL' },
      ...{ version: { number: 1 }, at: '2026-02-20T00:00:00.000Z' },
    });
  });

  it('are asked of those whose label would teach most, who have none', async () => {
    const { model } = await api.data(
      `{ model(name: "portrait") {
        labelCandidates(first: 5) { customer { id } value confidence uncertainty }
        luxury: labelCandidates(first: 1, task: "luxury") { value }
      } }`,
    );
    const ids = model.labelCandidates.map(
      ({ customer }: { customer: { id: string } }) => customer.id,
    );
    expect(ids.toSorted()).toEqual([people.get('ann'), people.get('bob')].toSorted());
    const [first, second] = model.labelCandidates;
    expect(first.uncertainty).toBeGreaterThanOrEqual(second.uncertainty);
    expect(model.luxury).toEqual([{ value: null }]);
    const { errors } = await api.ask(
      '{ model(name: "portrait") { labelCandidates(first: 0) { value } } }',
    );
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_INPUT', field: ['first'] });
  });

  it('are read in a number of statements that does not grow, by who may see the customer', async () => {
    const query = (first: number) => `{ customers(first: ${first}) { nodes {
      attributes { name value version { number model { name } } }
    } } }`;
    const least = (first: number) => leastStatements(api.services.db, () => api.data(query(first)));
    expect(await least(3)).toBe(await least(1));
    const banker = await api.makeKey('reader', ['finance']);
    const { data } = await api.ask(ATTRIBUTES, { id: people.get('ann') }, banker);
    expect(data).toEqual({ customer: null });
  });
});
