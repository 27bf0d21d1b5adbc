import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestApi, type TestApi } from '../helpers/api.ts';
import { followJob, subscribe } from '../helpers/subscribe.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi({ role: 'all' });
});
afterAll(() => api.stop());

const INGEST = `mutation($events: [EventInput!]!) {
  eventsIngest(input: { domain: "retail", events: $events }) { accepted receipts { customerId } }
}`;

const SAVE = `mutation($input: SegmentSaveInput!) {
  segmentSave(input: $input) { segment { key version size } userErrors { field message code } }
}`;

let messages = 0;
async function order(person: string, at: string, amount: number): Promise<string> {
  messages += 1;
  const event = {
    messageId: `order ${messages}`,
    type: 'order',
    occurredAt: at,
    identities: [{ kind: 'user_id', value: person }],
    amount,
  };
  const { eventsIngest } = await api.data(INGEST, { events: [event] });
  return eventsIngest.receipts[0].customerId;
}

describe('an event', () => {
  it('moves its customer into a segment within seconds, seen by a subscription', async () => {
    const rule = { event: { type: 'order', within: '30d', count: { gte: 2 } } };
    const saved = await api.data(SAVE, { input: { key: 'regulars', domain: 'retail', rule } });
    expect(saved.segmentSave).toEqual({
      segment: { key: 'regulars', version: 1, size: 0 },
      userErrors: [],
    });
    const changes = await subscribe<{ segmentMembershipChanged: object }>(
      api,
      `subscription { segmentMembershipChanged(segment: "regulars") {
        entered at customer { id } segment { key size }
      } }`,
    );
    await order('ann', '2026-02-10T00:00:00Z', 10);
    const id = await order('ann', '2026-02-20T00:00:00Z', 30);
    expect((await changes.next()).segmentMembershipChanged).toEqual({
      entered: true,
      at: '2026-03-01T12:00:00.000Z',
      customer: { id },
      segment: { key: 'regulars', size: 1 },
    });
    await changes.close();

    const { customer } = await api.data(`{ customer(key: { id: "${id}" }) {
      features(names: ["rfm:monetary", "rfm:frequency"]) { name value status eventTime }
      rfm { monetary frequency }
      segments { segment { key } enteredAt nextTransitionAt }
      explainMembership(segment: "regulars") { member clause { holds value events { occurredAt } } }
    } }`);
    expect(customer).toEqual({
      features: [
        { name: 'monetary', value: 40, status: 'PRESENT', eventTime: '2026-02-20T00:00:00.000Z' },
        { name: 'frequency', value: 2, status: 'PRESENT', eventTime: '2026-02-20T00:00:00.000Z' },
      ],
      rfm: { monetary: 40, frequency: 2 },
      segments: [
        {
          segment: { key: 'regulars' },
          enteredAt: '2026-03-01T12:00:00.000Z',
          // The first order leaves the window a millisecond after thirty days.
          nextTransitionAt: '2026-03-12T00:00:00.001Z',
        },
      ],
      explainMembership: {
        member: true,
        clause: {
          holds: true,
          value: 2,
          events: [
            { occurredAt: '2026-02-20T00:00:00.000Z' },
            { occurredAt: '2026-02-10T00:00:00.000Z' },
          ],
        },
      },
    });
  });
});

describe('a job', () => {
  it.each(['segmentRefresh(input: {})', 'featuresMaterialize(input: { views: ["rfm"] })'])(
    'queued by %s is followed to its end',
    async (mutation) => {
      const data = await api.data(`mutation { queued: ${mutation} { job { id state } } }`);
      expect(data.queued.job.state).toBe('QUEUED');
      expect((await followJob(api, data.queued.job.id)).at(-1)).toBe('DONE');
    },
  );

  it('that is not there ends the subscription with NOT_FOUND', async () => {
    const updates = await subscribe(
      api,
      'subscription { jobUpdated(id: "01890a5d-ac96-774b-bcce-b302099a8057") { state } }',
    );
    await expect(updates.next()).rejects.toThrow('NOT_FOUND');
    await updates.close();
  });
});

describe('features', () => {
  it('of customers come in the order asked for, the unknown as NOT_FOUND', async () => {
    const id = await order('bob', '2026-02-01T00:00:00Z', 5);
    const { onlineFeatures } = await api.data(
      `query($keys: [CustomerKey!]!) { onlineFeatures(input: {
        customers: $keys, names: ["monetary"], fresh: true, domain: "retail"
      }) { customer { id } values { value status } } }`,
      {
        keys: [
          { identity: { kind: 'user_id', value: 'nobody' } },
          { id },
          { identity: { kind: 'user_id', value: 'bob' } },
        ],
      },
    );
    const bob = { customer: { id }, values: [{ value: 5, status: 'PRESENT' }] };
    expect(onlineFeatures).toEqual([
      { customer: null, values: [{ value: null, status: 'NOT_FOUND' }] },
      bob,
      bob,
    ]);
  });

  it('as of a past instant count what had happened by then, both ends inside', async () => {
    await order('cleo', '2026-02-01T00:00:00Z', 5);
    await order('cleo', '2026-02-03T00:00:00Z', 7);
    const { customer } = await api.data(`{ customer(
      key: { identity: { kind: "user_id", value: "cleo" } }, domain: "retail"
    ) {
      before: features(names: ["monetary"], at: "2026-02-02T23:59:59.999Z") { value }
      on: features(names: ["monetary"], at: "2026-02-03T00:00:00Z") { value }
      never: features(names: ["monetary"], at: "2026-01-01T00:00:00Z") { value status }
    } }`);
    expect(customer).toEqual({
      before: [{ value: 5 }],
      on: [{ value: 12 }],
      never: [{ value: null, status: 'NOT_FOUND' }],
    });
  });

  it('that are not there are named', async () => {
    const answer = await api.ask(
      '{ customers(first: 1) { nodes { features(names: ["x"]) { value } } } }',
    );
    expect(answer.errors?.[0]?.message).toContain('"x"');
  });

  it('sort customers', async () => {
    const { customers } = await api.data(`{ customers(
      filter: { domain: "retail" }, first: 2
      orderBy: [{ feature: "rfm:monetary", direction: DESC, at: "2026-02-28T00:00:00Z" }]
    ) { nodes { rfm(at: "2026-02-28T00:00:00Z") { monetary } } } }`);
    expect(customers.nodes).toEqual([{ rfm: { monetary: 40 } }, { rfm: { monetary: 12 } }]);
  });
});

describe('a segment', () => {
  it('with a wrong rule is refused with the place of the fault', async () => {
    const rule = { and: [{ feature: { name: 'no_such', op: 'GT', value: 1 } }] };
    const { segmentSave } = await api.data(SAVE, {
      input: { key: 'wrong', domain: 'retail', rule },
    });
    expect(segmentSave.segment).toBeNull();
    expect(segmentSave.userErrors[0]).toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringContaining('no_such'),
    });
  });

  it('given as a list has those members, now and as of now only', async () => {
    const key = { identity: { kind: 'user_id', value: 'ann' } };
    const input = { key: 'picked', domain: 'retail', members: [key] };
    expect((await api.data(SAVE, { input })).segmentSave.segment.size).toBe(1);
    const { segment } = await api.data(`{ segment(key: "picked") {
      kind members { totalCount nodes { identities { value } } }
      earlier: members(at: "2026-02-01T00:00:00Z") { totalCount }
    } }`);
    expect(segment).toEqual({
      kind: 'STATIC',
      members: { totalCount: 1, nodes: [{ identities: [{ value: 'ann' }] }] },
      earlier: { totalCount: 0 },
    });
  });

  it('that others use cannot be deleted, and says who they are', async () => {
    const rule = { not: { segment: 'picked' } };
    await api.data(SAVE, { input: { key: 'others', domain: 'retail', rule } });
    const remove = (key: string) =>
      api.data(
        `mutation { segmentDelete(input: { key: "${key}" }) { deleted userErrors { code message } } }`,
      );
    const refused = (await remove('picked')).segmentDelete;
    expect(refused.deleted).toBe(false);
    expect(refused.userErrors[0]).toMatchObject({
      code: 'IN_USE',
      message: expect.stringContaining('others'),
    });
    expect((await remove('others')).segmentDelete.deleted).toBe(true);
  });
});
