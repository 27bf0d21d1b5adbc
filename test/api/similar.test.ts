import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import sql from 'sql-template-tag';
import { embedCustomers } from '../../src/features/embeddings/embed-customers.ts';
import { activateEmbeddingModel, serveTargets } from '../../src/features/embeddings/models.ts';
import { startTestApi, type TestApi } from '../helpers/api.ts';
import { ngramSources, target } from '../helpers/ngram-embedder.ts';
import { countStatements } from '../helpers/statements.ts';

const REVIEWS = [
  'the winter coat is warm and soft',
  'a warm winter coat, soft inside',
  'delivery was slow and the box broken',
  'slow delivery, broken box',
  'great phone with a bright screen',
  'the screen of this phone is bright',
];
const PEOPLE = 60;

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
  const events = Array.from({ length: PEOPLE }, (_, i) => ({
    ...{ messageId: `review ${i}`, type: 'review', occurredAt: '2026-02-01T00:00:00Z' },
    identities: [{ kind: 'user_id', value: `person ${i}` }],
    text: `${REVIEWS[i % REVIEWS.length]} ${i >= REVIEWS.length ? i : ''}`,
  }));
  // Two people who spend far more than the others.
  const orders = Array.from({ length: PEOPLE }, (_, i) => ({
    ...{ messageId: `order ${i}`, type: 'order', occurredAt: '2026-02-02T00:00:00Z' },
    identities: [{ kind: 'user_id', value: `person ${i}` }],
    amount: i < 2 ? 5_000 + i : 10 + i,
  }));
  await api.data(
    'mutation($events: [EventInput!]!) { eventsIngest(input: { domain: "retail", events: $events }) { accepted } }',
    { events: [...events, ...orders] },
  );
  await api.services.store.materializeIncremental();
  await api.services.store.monitor({ view: 'rfm' });
  const { db, clock } = api.services;
  const rows = await db.query<{ id: number }>(sql`select id from customer`);
  await activateEmbeddingModel(db, target('1'), clock.now());
  const ids = rows.map(({ id }) => id);
  await db.transaction((tx) =>
    embedCustomers({ clock, embedding: ngramSources(db) }, tx, target('1'), ids),
  );
  await serveTargets(db, [target('1')]);
});
afterAll(() => api.stop());

const person = (number: number) =>
  `key: { identity: { kind: "user_id", value: "person ${number}" } }`;

interface Row {
  readonly similarity: number;
  readonly because: string[];
  readonly customer: { readonly identities: { readonly value: string }[] };
}

const PAGE = `query($first: Int!) { customers(first: $first) { nodes {
  id similar(first: 3) { similarity because customer { id traits } }
} } }`;

describe('similar customers', () => {
  it('wrote alike, nearest first, with what they have in common', async () => {
    const { customer } = await api.data(`{
      customer(${person(0)}) { similar(first: 59) { similarity because customer { identities { value } } } }
    }`);
    const rows: Row[] = customer.similar;
    expect(rows).toHaveLength(PEOPLE - 1);
    const similarities = rows.map(({ similarity }) => similarity);
    expect(similarities).toEqual([...similarities].sort((a, b) => b - a));
    for (const { because } of rows.slice(0, 5)) expect(because.join()).toContain('coat');
    const pair = rows.find((row) => row.customer.identities[0]?.value === 'person 1');
    expect(pair?.because.slice(0, 2)).toEqual([
      'wrote “the winter coat is warm and soft” and “a warm winter coat, soft inside”',
      expect.stringMatching(/^rfm:monetary: 5000 and 5001, both among the highest \d+%$/),
    ]);
  });

  it('take the same number of statements whatever the page', async () => {
    const statements = (first: number) =>
      countStatements(api.services.db, () => api.data(PAGE, { first }));
    await statements(1);
    const [small, large] = [await statements(2), await statements(40)];
    expect(large).toBe(small);
    expect(small).toBeLessThanOrEqual(10);
  });

  it('are refused outside 1 to 100 and by an unknown model', async () => {
    const ask = (args: string) =>
      api.ask(`{ customer(${person(0)}) { similar(${args}) { similarity } } }`);
    expect((await ask('first: 101')).errors?.[0]?.extensions.code).toBe('BAD_INPUT');
    const unknown = await ask('model: "gone"');
    expect(unknown.errors?.[0]?.extensions).toMatchObject({ code: 'NOT_FOUND', field: ['model'] });
  });

  it('are told of in the health, with the memory that they take', async () => {
    const { health } = await api.data(
      '{ health { freshness { name stale } similarityIndexes { model version customers bytes } } }',
    );
    expect(health.freshness).toContainEqual({ name: 'embedding:grams', stale: false });
    expect(health.similarityIndexes).toEqual([
      { model: 'grams', version: '1', customers: PEOPLE, bytes: expect.any(Number) },
    ]);
    expect(health.similarityIndexes[0].bytes).toBeGreaterThan(PEOPLE * 32 * 4);
  });
});

describe('embeddingsRefresh', () => {
  const refresh = (input: string) =>
    `mutation { embeddingsRefresh(input: ${input}) { job { name state } userErrors { code field } } }`;

  it('queues the work', async () => {
    const { embeddingsRefresh } = await api.data(refresh('{}'));
    expect(embeddingsRefresh).toEqual({
      job: { name: 'refresh-embeddings', state: 'QUEUED' },
      userErrors: [],
    });
  });

  it('refuses an unknown model, and a reader', async () => {
    const { embeddingsRefresh } = await api.data(refresh('{ model: "gone" }'));
    expect(embeddingsRefresh).toEqual({
      job: null,
      userErrors: [{ code: 'NOT_FOUND', field: ['model'] }],
    });
    const denied = await api.ask(refresh('{}'), {}, await api.makeKey('reader'));
    expect(denied.errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  });
});

describe('segmentLookalike', () => {
  const MUTATION = `mutation($input: SegmentLookalikeInput!) { segmentLookalike(input: $input) {
    segment { key kind size rule lookalike { from model size minSimilarity } members(first: 5) { nodes { id } } }
    userErrors { code field }
  } }`;

  it('makes a segment that shows what it looks for, and explains itself', async () => {
    const { customer } = await api.data(`{ customer(${person(0)}) { id } }`);
    await api.data(
      'mutation($id: ID!) { segmentSave(input: { key: "coats", domain: "retail", members: [{ id: $id }] }) { userErrors { code } } }',
      { id: customer.id },
    );
    const input = { key: 'like-coats', from: 'coats', size: 4 };
    const { segmentLookalike } = await api.data(MUTATION, { input });
    expect(segmentLookalike).toMatchObject({
      userErrors: [],
      segment: {
        ...{ key: 'like-coats', kind: 'LEARNED', size: 4, rule: null },
        lookalike: { from: 'coats', model: 'grams', size: 4, minSimilarity: null },
      },
    });
    // Of a single member the mean is the member: the same people as the most similar.
    const { similar } = (
      await api.data(
        `{ customer(${person(0)}) { similar(first: 4) { similarity customer { id } } } }`,
      )
    ).customer;
    const ids = similar.map((row: { customer: { id: string } }) => row.customer.id);
    const members = segmentLookalike.segment.members.nodes.map((row: { id: string }) => row.id);
    expect(members.sort()).toEqual(ids.sort());
    const { explained } = await api.data(
      `query($id: ID!) { explained: customer(key: { id: $id }) {
        explainMembership(segment: "like-coats") { member clause { text value } } } }`,
      { id: similar[0].customer.id },
    );
    expect(explained.explainMembership).toMatchObject({
      member: true,
      clause: {
        text: expect.stringContaining('among the 4 most similar'),
        value: { from: 'coats', nearest: [{ customer: customer.id }] },
      },
    });
  });

  it('says what is wrong as data', async () => {
    const { segmentLookalike } = await api.data(MUTATION, {
      input: { key: 'x', from: 'gone', size: 1 },
    });
    expect(segmentLookalike).toEqual({
      segment: null,
      userErrors: [{ code: 'NOT_FOUND', field: ['from'] }],
    });
  });
});
