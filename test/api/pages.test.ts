import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestApi, type TestApi } from '../helpers/api.ts';
import { countStatements } from '../helpers/statements.ts';

const PEOPLE = 40;

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
  const events = Array.from({ length: PEOPLE * 3 }, (_, i) => ({
    messageId: `event ${i}`,
    type: 'order',
    occurredAt: `2026-02-${String(1 + (i % 28)).padStart(2, '0')}T00:00:00Z`,
    identities: [{ kind: 'user_id', value: `person ${i % PEOPLE}` }],
    amount: i,
  }));
  await api.data(
    'mutation($events: [EventInput!]!) { eventsIngest(input: { domain: "retail", events: $events }) { accepted } }',
    { events },
  );
  await api.services.store.materializeIncremental();
  await api.data(
    'mutation($rule: SegmentRule!) { segmentSave(input: { key: "buyers", domain: "retail", rule: $rule }) { userErrors { message } } }',
    { rule: { event: { type: 'order' } } },
  );
});
afterAll(() => api.stop());

const PAGE = `query($first: Int!) { customers(first: $first) {
  totalCount pageInfo { hasNextPage }
  nodes {
    id traits identities { kind value }
    events(first: 2) { nodes { type amount } pageInfo { hasNextPage } }
    features(names: ["rfm:monetary", "lifecycle:tenure_days"]) { name value }
    rfm { frequency } purchases { avgBasket }
    segments { segment { key } nextTransitionAt }
    nextBestActions { message }
  }
} }`;

describe('a page of customers with everything on it', () => {
  it('takes the same number of statements whatever its size', async () => {
    const statements = async (first: number) => {
      let nodes = 0;
      const count = await countStatements(api.services.db, async () => {
        nodes = (await api.data(PAGE, { first })).customers.nodes.length;
      });
      expect(nodes).toBe(first);
      return count;
    };
    await statements(1);
    const [small, large] = [await statements(2), await statements(PEOPLE)];
    expect(large).toBe(small);
    expect(small).toBeLessThanOrEqual(16);
  });

  it('counts only when asked to', async () => {
    const count = (fields: string) =>
      countStatements(api.services.db, () => api.data(`{ customers(first: 1) { ${fields} } }`));
    await count('nodes { id }');
    expect(await count('nodes { id }')).toBe(1);
    expect(await count('nodes { id } totalCount')).toBe(2);
  });

  it('is refused outside 1 to 100', async () => {
    for (const first of [0, 101]) {
      const answer = await api.ask(
        'query($first: Int) { customers(first: $first) { nodes { id } } }',
        {
          first,
        },
      );
      expect(answer.errors?.[0]?.extensions).toMatchObject({ code: 'BAD_INPUT', field: ['first'] });
    }
  });
});

describe('a feature view', () => {
  it('shows what was measured of it, and where its features go', async () => {
    await api.services.store.monitor({ view: 'rfm' });
    const { featureViews, featureLineage } = await api.data(`{
      featureViews { name entity keys source services statistics { feature rows nullRate mean baseline } alerts { metric } }
      featureLineage(service: "repurchase") { service features { view feature from } }
    }`);
    const rfm = featureViews.find((view: { name: string }) => view.name === 'rfm');
    expect(rfm).toMatchObject({ entity: 'customer', keys: ['customer_id'], alerts: [] });
    expect(rfm.services).toContain('repurchase');
    const monetary = rfm.statistics.find((row: { feature: string }) => row.feature === 'monetary');
    // The 120 amounts 0 to 119 belong to 40 people.
    const mean = (119 * 120) / 2 / PEOPLE;
    expect(monetary).toEqual({
      ...{ feature: 'monetary', rows: PEOPLE, nullRate: 0, baseline: true },
      mean,
    });
    expect(featureLineage.features).toContainEqual({
      ...{ view: 'rfm', feature: 'monetary' },
      from: expect.arrayContaining(['order']),
    });
  });

  it('that is computed from events takes no pushed rows, and says why', async () => {
    const { featuresPush } = await api.data(
      `mutation { featuresPush(input: { view: "rfm", rows: [
        { key: { customer_id: 1 }, eventTime: "2026-01-01T00:00:00Z", values: { monetary: 1 } }
      ] }) { accepted userErrors { code message } } }`,
    );
    expect(featuresPush.accepted).toBe(0);
    expect(featuresPush.userErrors[0]).toMatchObject({
      code: 'BAD_INPUT',
      message: expect.stringContaining('computed from events'),
    });
  });
});
