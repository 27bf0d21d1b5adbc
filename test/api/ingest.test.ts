import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import sql from 'sql-template-tag';
import { startTestApi, type TestApi } from '../helpers/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.stop());

const INGEST = `mutation($input: EventsIngestInput!) {
  eventsIngest(input: $input) {
    accepted duplicates rejected
    receipts { messageId status customerId error { field message code } }
  }
}`;

const event = (messageId: string, more: object = {}) => ({
  messageId,
  type: 'order',
  occurredAt: '2026-02-01T10:00:00Z',
  identities: [{ kind: 'email', value: 'ann@example.com' }],
  ...more,
});

const ingest = async (events: object[], domain = 'retail') =>
  (await api.data(INGEST, { input: { domain, events } })).eventsIngest;

describe('eventsIngest', () => {
  it('answers one receipt an event, in order, and shows the events on the customer', async () => {
    const payload = await ingest([event('a1', { amount: 12.5, itemId: 'mug' }), event('a2')]);
    expect(payload).toMatchObject({ accepted: 2, duplicates: 0, rejected: 0 });
    expect(payload.receipts.map((r: { messageId: string }) => r.messageId)).toEqual(['a1', 'a2']);
    const { customer } = await api.data(
      `{ customer(key: { identity: { kind: "email", value: "ann@example.com" } }) {
        id lastSeenAt events { nodes { messageId amount itemId } }
      } }`,
    );
    expect(customer.id).toBe(payload.receipts[0].customerId);
    expect(customer.lastSeenAt).toBe('2026-02-01T10:00:00.000Z');
    expect(customer.events.nodes).toEqual([
      { messageId: 'a2', amount: null, itemId: null },
      { messageId: 'a1', amount: 12.5, itemId: 'mug' },
    ]);
  });

  it('answers a replay DUPLICATE with the same customer, within a call and across calls', async () => {
    const [first, second] = (await ingest([event('b1'), event('b1')])).receipts;
    const [third] = (await ingest([event('b1', { type: 'other' })])).receipts;
    expect([first, second, third].map((receipt) => receipt.status)).toEqual([
      'ACCEPTED',
      'DUPLICATE',
      'DUPLICATE',
    ]);
    expect(new Set([first, second, third].map((receipt) => receipt.customerId)).size).toBe(1);
  });

  it.each([
    ['a NUL in the text', { text: 'a\u0000b' }, 'text'],
    ['a lone surrogate in a property', { properties: { note: 'a\ud800b' } }, 'properties'],
    ['the year 0', { occurredAt: '0000-01-01T00:00:00Z' }, 'occurredAt'],
    ['the year 9999', { occurredAt: '9999-12-31T23:59:59Z' }, 'occurredAt'],
    ['more than a day ahead', { occurredAt: '2026-03-02T12:00:00.001Z' }, 'occurredAt'],
    [
      'no identity that says anything',
      { identities: [{ kind: 'email', value: 'NULL' }] },
      'identities',
    ],
    ['a property of over 1 MB', { properties: { blob: 'x'.repeat(1_048_577) } }, 'properties'],
    ['a blank type', { type: ' ' }, 'type'],
  ])('rejects an event with %s; the others go in', async (name, fault, field) => {
    const payload = await ingest([
      event(`${name} 1`),
      event(`${name} 2`, fault),
      event(`${name} 3`),
    ]);
    expect(payload).toMatchObject({ accepted: 2, duplicates: 0, rejected: 1 });
    const { status, error } = payload.receipts[1];
    expect(status).toBe('REJECTED');
    expect(error.field.slice(0, 3)).toEqual(['events', '1', field]);
    expect(error.message).not.toBe('');
  });

  it('takes an event exactly a day ahead and one of long ago', async () => {
    const payload = await ingest([
      event('ahead', { occurredAt: '2026-03-02T12:00:00Z' }),
      event('long ago', { occurredAt: '1971-01-01T00:00:00Z' }),
    ]);
    expect(payload.accepted).toBe(2);
  });

  it('takes 5,000 events a call, and no more', async () => {
    const many = (count: number) => Array.from({ length: count }, (_, i) => event(`many ${i}`));
    expect((await ingest(many(5_000))).accepted).toBe(5_000);
    const answer = await api.ask(INGEST, { input: { events: many(5_001) } });
    expect(answer.errors?.[0]?.extensions.code).toBe('TOO_LARGE');
    const empty = await api.ask(INGEST, { input: { events: [] } });
    expect(empty.errors?.[0]?.extensions.code).toBe('BAD_INPUT');
  });

  it('makes a domain on first use by a key that may', async () => {
    const key = await api.makeKey('writer', ['insurance']);
    const asked = (domain: string) =>
      api.ask(INGEST, { input: { domain, events: [event('c1')] } }, key);
    expect((await asked('insurance')).data.eventsIngest.accepted).toBe(1);
    expect((await asked('retail')).errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  });

  it('needs a writer key, and leaves a line in the audit log without personal data', async () => {
    const reader = await api.makeKey('reader');
    const refused = await api.ask(INGEST, { input: { events: [event('d1')] } }, reader);
    expect(refused.errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    const [entry] = await api.services.db.query<{ outcome: string; subject: unknown }>(
      sql`select outcome, subject from audit_log order by id desc limit 1`,
    );
    expect(entry?.outcome).toBe('FORBIDDEN');
    expect(JSON.stringify(entry?.subject)).not.toContain('ann@example.com');
  });
});

describe('a request without a right to it', () => {
  it.each([null, 'nonsense'])('is UNAUTHENTICATED with the key %p', async (key) => {
    const answer = await api.ask('{ health { status } }', {}, key);
    expect(answer.status).toBe(401);
    expect(answer.errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
  });

  it('does not see customers of other domains', async () => {
    const key = await api.makeKey('reader', ['elsewhere']);
    const answer = await api.ask(
      '{ customers { totalCount } customer(key: { id: 1 }) { id } }',
      {},
      key,
    );
    expect(answer.data).toEqual({ customers: { totalCount: 0 }, customer: null });
  });
});

it('a NUL in a question is the asker’s mistake, not ours', async () => {
  const answer = await api.ask(
    'query($v: String!) { customer(key: { identity: { kind: "email", value: $v } }) { id } }',
    { v: 'a\u0000' },
  );
  expect(answer.errors?.[0]?.extensions.code).toBe('BAD_INPUT');
});
