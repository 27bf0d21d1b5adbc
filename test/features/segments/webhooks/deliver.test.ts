import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import sql from 'sql-template-tag';
import { segmentSave } from '../../../../src/features/segments/save.ts';
import { deliverWebhooks } from '../../../../src/features/segments/webhooks/deliver.ts';
import {
  listWebhooks,
  webhookAdd,
  webhookRemove,
} from '../../../../src/features/segments/webhooks/endpoints.ts';
import { sign, verify } from '../../../../src/features/segments/webhooks/signature.ts';
import { createWorld, NOON, type World } from '../support/world.ts';

interface Delivery {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

let world: World;
let server: Server;
let received: Delivery[];
let status: number;
beforeEach(async () => {
  world = await createWorld();
  received = [];
  status = 204;
  server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (part: string) => {
      body += part;
    });
    request.on('end', () => {
      received.push({ headers: request.headers, body });
      response.writeHead(status).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await world.close();
});

const url = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
const add = (segments?: string[]) =>
  webhookAdd(world.deps, world.actor, {
    domain: 'shop',
    url: url(),
    ...(segments && { segments }),
  });
const text = (value: string | string[] | undefined) => (Array.isArray(value) ? value[0] : value);

async function enterOne(): Promise<number> {
  const id = await world.customer();
  await world.event(id, 'visit');
  await segmentSave(world.deps, world.actor, {
    key: 'seen',
    rule: { event: { type: 'visit', within: '7d' } },
  });
  return id;
}

describe('webhooks', () => {
  it('tell of a change with a signature that the receiver can check', async () => {
    const { secret } = await add();
    const customer = await enterOne();
    expect(await deliverWebhooks(world.deps)).toEqual({ delivered: 1, failed: 0 });
    const [delivery] = received;
    const body = JSON.parse(delivery?.body ?? '{}');
    expect(body).toMatchObject({
      type: 'segment.entered',
      segment: 'seen',
      domain: 'shop',
      customer: String(customer),
      at: NOON,
    });
    expect(body.delivery).toBe(delivery?.headers['cameo-delivery']);
    const message = {
      timestamp: text(delivery?.headers['cameo-timestamp']),
      signature: text(delivery?.headers['cameo-signature']),
      body: delivery?.body ?? '',
    };
    const now = Date.parse(NOON);
    expect(verify(secret, message, now)).toBe(true);
    expect(verify('another secret', message, now)).toBe(false);
    expect(verify(secret, { ...message, body: `${message.body} ` }, now)).toBe(false);
    expect(
      verify(secret, { ...message, timestamp: String(Number(message.timestamp) + 1) }, now),
    ).toBe(false);
    expect(verify(secret, message, now + 301_000)).toBe(false);
    expect(verify(secret, { ...message, signature: undefined }, now)).toBe(false);
    expect(await deliverWebhooks(world.deps)).toEqual({ delivered: 0, failed: 0 });
  });

  it('are tried again with growing pauses under the same id, and given up in the end', async () => {
    await add();
    await enterOne();
    status = 503;
    const pauses: number[] = [];
    for (let attempt = 0; attempt < 20; attempt++) {
      const { failed } = await deliverWebhooks(world.deps);
      if (failed === 0) break;
      const [row] = await world.deps.db.query<{ next: Date | null; error: string }>(
        sql`select next_attempt_at as next, error from webhook_delivery`,
      );
      expect(row?.error).toBe('answered 503');
      if (!row?.next) break;
      pauses.push((row.next.getTime() - world.deps.clock.now().getTime()) / 1_000);
      world.deps.clock.set(new Date(row.next.getTime() - 1));
      expect(await deliverWebhooks(world.deps)).toEqual({ delivered: 0, failed: 0 });
      world.deps.clock.set(row.next);
    }
    expect(pauses).toEqual([
      10, 40, 160, 640, 2_560, 10_240, 21_600, 21_600, 21_600, 21_600, 21_600,
    ]);
    expect(new Set(received.map(({ headers }) => headers['cameo-delivery'])).size).toBe(1);
    expect(received).toHaveLength(12);
  });

  it('survive a receiver that is not there, and reach it later', async () => {
    await add();
    await enterOne();
    const refuse: typeof fetch = () => Promise.reject(new Error('ECONNREFUSED'));
    expect(await deliverWebhooks(world.deps, { fetch: refuse })).toEqual({
      delivered: 0,
      failed: 1,
    });
    world.deps.clock.advance(10_000);
    expect(await deliverWebhooks(world.deps)).toEqual({ delivered: 1, failed: 0 });
  });

  it('go to those who asked for the segment', async () => {
    await segmentSave(world.deps, world.actor, { key: 'other', rule: { event: { type: 'none' } } });
    await add(['other']);
    await enterOne();
    expect(await deliverWebhooks(world.deps)).toEqual({ delivered: 0, failed: 0 });
  });

  it('need an admin, an https URL and segments that there are', async () => {
    const writer = { id: 'key:1', role: 'writer', domains: 'all' } as const;
    await expect(webhookAdd(world.deps, writer, { domain: 'shop', url: url() })).rejects.toThrow(
      /admin/,
    );
    for (const wrong of ['http://example.com/x', 'ftp://localhost', 'nonsense'])
      await expect(
        webhookAdd(world.deps, world.actor, { domain: 'shop', url: wrong }),
      ).rejects.toThrow(/https/);
    await expect(add(['none'])).rejects.toThrow(/no segment "none"/);
    const { id } = await add();
    expect(await listWebhooks(world.deps, world.actor)).toMatchObject([
      { id, url: url(), domain: 'shop' },
    ]);
    await webhookRemove(world.deps, world.actor, id);
    await expect(webhookRemove(world.deps, world.actor, id)).rejects.toThrow(/no webhook/);
  });

  it('are signed as anybody can compute', () => {
    // echo -n '1709294400.{}' | openssl dgst -sha256 -hmac secret
    expect(sign('secret', 1_709_294_400, '{}')).toMatch(/^v1=[0-9a-f]{64}$/);
    expect(sign('secret', 1_709_294_400, '{}')).not.toBe(sign('secret', 1_709_294_401, '{}'));
  });
});
