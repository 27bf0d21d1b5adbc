import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { verify } from '../../src/features/segments/webhooks/signature.ts';
import { startTestApi, type TestApi } from '../helpers/api.ts';
import { followJob } from '../helpers/subscribe.ts';

interface Delivery {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Somebody else's server; `next` gives each delivery as it comes in. */
function startReceiver() {
  const waiting: ((delivery: Delivery) => void)[] = [];
  const arrived: Delivery[] = [];
  const server: Server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on('end', () => {
      const delivery = { headers: request.headers, body };
      const wake = waiting.shift();
      if (wake) wake(delivery);
      else arrived.push(delivery);
      response.end();
    });
  });
  const next = () =>
    new Promise<Delivery>((resolve) => {
      const delivery = arrived.shift();
      if (delivery) resolve(delivery);
      else waiting.push(resolve);
    });
  return { server, next };
}

let api: TestApi;
const receiver = startReceiver();
beforeAll(async () => {
  api = await startTestApi({ role: 'all' });
  await new Promise<void>((resolve) => {
    receiver.server.listen(0, '127.0.0.1', resolve);
  });
  const events = ['ann', 'bob', 'cleo'].map((person, index) => ({
    messageId: `order of ${person}`,
    type: 'order',
    occurredAt: `2026-02-${10 + index}T00:00:00Z`,
    identities: [{ kind: 'user_id', value: person }],
    amount: 100 * (index + 1),
  }));
  await api.data(
    'mutation($events: [EventInput!]!) { eventsIngest(input: { domain: "retail", events: $events }) { accepted } }',
    { events },
  );
});
afterAll(async () => {
  await api.stop();
  receiver.server.close();
});

const SAVE = `mutation($key: String!, $rule: SegmentRule!) {
  segmentSave(input: { key: $key, domain: "retail", rule: $rule }) {
    segment { size } userErrors { message }
  }
}`;
const spentAtLeast = (amount: number) => ({
  event: { type: 'order', where: [{ name: 'amount', op: 'GTE', value: amount }] },
});

describe('a preview', () => {
  it('tells who would be in, who would come and go, and whom it shares with others', async () => {
    await api.data(SAVE, { key: 'some', rule: spentAtLeast(200) });
    const { segmentPreview } = await api.data(
      `query($rule: SegmentRule!) { segmentPreview(rule: $rule, domain: "retail", compareWith: "some") {
        size estimated error
        sample { identities { value } } entering { identities { value } } leaving { identities { value } }
        overlap(segments: ["some"]) { segment both onlyThis onlyThat }
      } }`,
      { rule: { not: spentAtLeast(300) } },
    );
    const names = (customers: { identities: { value: string }[] }[]) =>
      customers.map(({ identities }) => identities[0]?.value).sort();
    expect(segmentPreview).toMatchObject({
      size: 2,
      estimated: false,
      error: null,
      overlap: [{ segment: 'some', both: 1, onlyThis: 1, onlyThat: 1 }],
    });
    expect(names(segmentPreview.sample)).toEqual(['ann', 'bob']);
    expect(names(segmentPreview.entering)).toEqual(['ann']);
    expect(names(segmentPreview.leaving)).toEqual(['cleo']);
  });

  it('saves nothing', async () => {
    const { segments } = await api.data('{ segments { nodes { key } } }');
    expect(segments.nodes).toEqual([{ key: 'some' }]);
  });
});

describe('a strategy', () => {
  it('shows up as the next best action of its members, with their own values filled in', async () => {
    await api.data(SAVE, { key: 'buyers', rule: spentAtLeast(0) });
    const save = (segment: string, template: string, priority: number) =>
      api.data(
        `mutation($input: StrategySaveInput!) {
          strategySave(input: $input) { segment { strategy { priority } } userErrors { message } }
        }`,
        {
          input: { segment, strategy: { channel: 'email', offer: 'ten off', template, priority } },
        },
      );
    await save('buyers', 'Hello {{ traits.name | default: "there" }}, {{ offer }}', 1);
    await save('some', 'You spent {{ features.rfm.monetary }}', 5);
    const { queued } = await api.data(
      'mutation { queued: featuresMaterialize(input: {}) { job { id } } }',
    );
    expect((await followJob(api, queued.job.id)).at(-1)).toBe('DONE');
    const { customer } = await api.data(`{ customer(
      key: { identity: { kind: "user_id", value: "bob" } }, domain: "retail"
    ) { nextBestActions { segment { key } message priority holdout reason } } }`);
    expect(customer.nextBestActions).toEqual([
      {
        ...{ segment: { key: 'some' }, message: 'You spent 200', priority: 5, holdout: false },
        reason: expect.stringContaining('In "some" since'),
      },
      {
        ...{ segment: { key: 'buyers' }, message: 'Hello there, ten off', priority: 1 },
        ...{ holdout: false, reason: expect.any(String) },
      },
    ]);
  });
});

describe('a webhook', () => {
  it('gets each change of a segment, signed with its own secret', async () => {
    const { port } = receiver.server.address() as AddressInfo;
    const { webhookAdd } = await api.data(
      `mutation($url: String!) { webhookAdd(input: { domain: "retail", url: $url }) {
        id secret userErrors { message }
      } }`,
      { url: `http://127.0.0.1:${port}/changes` },
    );
    await api.data(SAVE, { key: 'top', rule: spentAtLeast(300) });
    const { headers, body } = await receiver.next();
    expect(JSON.parse(body)).toMatchObject({ type: 'segment.entered', segment: 'top' });
    const signed = {
      timestamp: String(headers['cameo-timestamp']),
      signature: String(headers['cameo-signature']),
      body,
    };
    const now = Number(signed.timestamp) * 1_000;
    expect(verify(webhookAdd.secret, signed, now)).toBe(true);
    expect(verify(webhookAdd.secret, { ...signed, body: `${body} ` }, now)).toBe(false);
    expect(verify(webhookAdd.secret, signed, now + 301_000)).toBe(false);
  });

  it('can be listed and removed, by an admin only', async () => {
    const { webhooks } = await api.data('{ webhooks { id domain } }');
    expect(webhooks).toMatchObject([{ domain: 'retail' }]);
    const writer = await api.makeKey('writer');
    const refused = await api.ask('{ webhooks { id } }', {}, writer);
    expect(refused.errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    const removed = await api.data(
      `mutation { webhookRemove(input: { id: "${webhooks[0].id}" }) { removed } }`,
    );
    expect(removed.webhookRemove.removed).toBe(true);
  });

  it('needs a safe URL', async () => {
    const { webhookAdd } = await api.data(
      'mutation { webhookAdd(input: { domain: "retail", url: "http://elsewhere.example/" }) { id userErrors { field code } } }',
    );
    expect(webhookAdd).toEqual({ id: null, userErrors: [{ field: ['url'], code: 'BAD_INPUT' }] });
  });
});
