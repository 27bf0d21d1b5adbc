import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestApi, type TestApi } from '../helpers/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.stop());

const identify = async (identities: object[], traits: object = {}) =>
  (
    await api.data(
      `mutation($input: CustomerIdentifyInput!) { customerIdentify(input: $input) {
        customer { id traits identities { kind value } } merged userErrors { code }
      } }`,
      { input: { domain: 'retail', identities, traits } },
    )
  ).customerIdentify;

const user = (value: string) => ({ kind: 'user_id', value });
const device = (value: string) => ({ kind: 'device', value });

const read = async (identity: object) =>
  (
    await api.data(
      `query($identity: IdentityInput!) { customer(key: { identity: $identity }, domain: "retail") {
        id traits identities { value } events { nodes { messageId } }
      } }`,
      { identity },
    )
  ).customer;

const ingest = (messageId: string, identity: object) =>
  api.data(
    'mutation($events: [EventInput!]!) { eventsIngest(input: { domain: "retail", events: $events }) { accepted } }',
    {
      events: [
        { messageId, type: 'visit', occurredAt: '2026-02-01T00:00:00Z', identities: [identity] },
      ],
    },
  );

describe('who somebody is', () => {
  it('is said once and found under every name', async () => {
    const said = await identify([user('ann'), device('phone')], { city: 'Oslo' });
    expect(said).toMatchObject({
      merged: false,
      userErrors: [],
      customer: { traits: { city: 'Oslo' } },
    });
    expect((await read(device('phone'))).id).toBe(said.customer.id);
  });

  it('can be mistaken: a merge is taken back exactly, with what came later', async () => {
    await identify([user('bob')], { city: 'Rome' });
    await identify([user('eve')], { city: 'Bonn', tier: 'gold' });
    await ingest('of bob', user('bob'));
    await ingest('of eve', user('eve'));
    const [bob, eve] = [await read(user('bob')), await read(user('eve'))];

    const { customerMerge } = await api.data(
      `mutation($into: ID!, $from: ID!) {
        customerMerge(input: { into: { id: $into }, from: { id: $from } }) {
          mergeId customer { id traits events { nodes { messageId } } } userErrors { code }
        }
      }`,
      { into: bob.id, from: eve.id },
    );
    expect(customerMerge.userErrors).toEqual([]);
    expect(customerMerge.customer.traits).toEqual({ city: 'Rome', tier: 'gold' });
    await ingest('of eve, later', user('eve'));
    expect((await read(user('eve'))).id).toBe(bob.id);
    expect((await api.data(`{ customer(key: { id: "${eve.id}" }) { id } }`)).customer.id).toBe(
      bob.id,
    );

    const { customerUnmerge } = await api.data(
      `mutation { customerUnmerge(input: { mergeId: "${customerMerge.mergeId}" }) {
        customers { id } userErrors { code }
      } }`,
    );
    expect(customerUnmerge).toEqual({
      customers: [{ id: bob.id }, { id: eve.id }],
      userErrors: [],
    });
    expect(await read(user('bob'))).toEqual(bob);
    const back = await read(user('eve'));
    const messages = back.events.nodes.map((event: { messageId: string }) => event.messageId);
    expect(messages.sort()).toEqual(['of eve', 'of eve, later']);
    expect(back).toMatchObject({ id: eve.id, traits: eve.traits, identities: eve.identities });
  });

  it('is left alone by a merge that cannot be found', async () => {
    const { customerUnmerge } = await api.data(
      'mutation { customerUnmerge(input: { mergeId: "999" }) { customers { id } userErrors { code } } }',
    );
    expect(customerUnmerge).toEqual({ customers: [], userErrors: [{ code: 'NOT_FOUND' }] });
  });
});

it('labels are imported for customers and for the texts of events', async () => {
  await identify([user('lab')]);
  await ingest('a review', user('lab'));
  const { labelsImport } = await api.data(
    `mutation($input: LabelsImportInput!) { labelsImport(input: $input) { imported userErrors { field code } } }`,
    {
      input: {
        ...{ domain: 'retail', task: 'sentiment' },
        labels: [
          { customer: { identity: user('lab') }, value: 'loyal' },
          { messageId: 'a review', value: 'positive', at: '2026-02-02T00:00:00Z' },
          { messageId: 'no such review', value: 'negative' },
        ],
      },
    },
  );
  expect(labelsImport.imported).toBe(2);
  expect(labelsImport.userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
});
