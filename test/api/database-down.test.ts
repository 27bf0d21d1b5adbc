import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type EmbeddedPostgres, startPostgres } from '../../src/postgres/start.ts';
import { startTestApi, type TestApi } from '../helpers/api.ts';

// A server of this test's own, as it is stopped in the middle.
let dataDir: string;
let postgres: EmbeddedPostgres;
let api: TestApi;

const start = () => startPostgres({ dataDir, settings: { fsync: 'off' } });

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'cameo-down-'));
  chmodSync(dataDir, 0o755);
  postgres = await start();
  const given = { url: postgres.url, drop: async () => {} };
  api = await startTestApi({ role: 'all' }, given);
});
afterAll(async () => {
  await api.stop();
  await postgres.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

const ingest = (messageId: string) =>
  api.ask(
    `mutation($event: EventInput!) { eventsIngest(input: { domain: "retail", events: [$event] }) {
      accepted receipts { customerId }
    } }`,
    {
      event: {
        messageId,
        type: 'order',
        occurredAt: '2026-02-01T00:00:00Z',
        identities: [{ kind: 'user_id', value: 'ann' }],
      },
    },
  );

const probe = async () => (await fetch(api.url.replace('/graphql', '/health'))).status;

it('a database that goes away makes errors, and its return mends them without a restart', async () => {
  expect((await ingest('before')).data.eventsIngest.accepted).toBe(1);
  expect(await probe()).toBe(200);

  await postgres.stop();
  const down = await ingest('while down');
  expect(down.errors?.[0]?.extensions.code).toBe('UNAVAILABLE');
  expect(await probe()).toBe(503);

  postgres = await start();
  // The key's look-up may meet a connection that broke: the next one is new.
  let up = await ingest('while down');
  while (up.errors) up = await ingest('while down');
  expect(up.data.eventsIngest.accepted).toBe(1);
  expect(await probe()).toBe(200);
  const { customer } = await api.data(
    '{ customer(key: { identity: { kind: "user_id", value: "ann" } }) { events { nodes { messageId } } } }',
  );
  const ids = customer.events.nodes.map((event: { messageId: string }) => event.messageId);
  expect(ids.sort()).toEqual(['before', 'while down']);
});
