import { createServer, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import sql from 'sql-template-tag';
import { z } from 'zod';
import { createFakeClock } from '../../src/clock.ts';
import { openDb } from '../../src/db.ts';
import { type FreshnessProvider, health } from '../../src/features/health.ts';
import { changesFreshness } from '../../src/features/jobs/freshness.ts';
import { defineJob } from '../../src/jobs/define.ts';
import { enqueue } from '../../src/jobs/queue.ts';
import { makeWorld, type World } from '../jobs/world.ts';

let world: World;
const now = new Date('2026-11-22T12:00:00.000Z');

beforeAll(async () => {
  world = await makeWorld(createFakeClock(now));
});
afterAll(() => world.end());

const views =
  (stale: boolean): FreshnessProvider =>
  async () => [{ name: 'views/rfm', at: now, stale }];

describe('health', () => {
  it('reports the database, an empty queue, what providers say, and the clock', async () => {
    const report = await health(world, [views(false)]);
    expect(report).toMatchObject({
      status: 'OK',
      now,
      database: { ok: true, error: null },
      queue: { queued: 0, running: 0, failed: 0, oldestSeconds: null },
      freshness: [{ name: 'views/rfm', at: now, stale: false }],
    });
    expect(report.database.version).toMatch(/^18\./);
    expect(report.database.latencyMs).toBeGreaterThan(0);
  });

  it('is degraded by what is stale and by a provider that fails', async () => {
    const broken: FreshnessProvider = () => Promise.reject(new Error('no such table'));
    expect((await health(world, [views(true)])).status).toBe('DEGRADED');
    expect(await health(world, [broken, views(false)])).toMatchObject({
      status: 'DEGRADED',
      freshness: [{ name: 'views/rfm' }],
    });
  });

  it('is degraded when changed customers wait for longer than a minute', async () => {
    expect((await health(world, [changesFreshness])).freshness).toMatchObject([
      { name: 'customers', stale: false },
    ]);
    for (const [seconds, stale] of [
      [50, false],
      [70, true],
    ] as const) {
      await world.db.query(sql`
        insert into customer_change (customer_id, created_at)
        values (1, ${world.clock.now()}::timestamptz - make_interval(secs => ${seconds}))`);
      const report = await health(world, [changesFreshness]);
      expect(report).toMatchObject({ status: stale ? 'DEGRADED' : 'OK', freshness: [{ stale }] });
    }
    await world.db.query(sql`truncate customer_change`);
  });

  it('counts jobs that wait and jobs that failed', async () => {
    const fail = defineJob({
      name: 'fail',
      payload: z.object({}),
      maxAttempts: 1,
      run: () => Promise.reject(new Error('no')),
    });
    const idle = defineJob({ name: 'idle', payload: z.object({}), run: async () => {} });
    await enqueue(world.db, idle, {});
    await world.work([fail]);
    const { id } = await enqueue(world.db, fail, {});
    await world.until(id, ({ state }) => state === 'FAILED');
    const report = await health(world);
    expect(report).toMatchObject({
      status: 'DEGRADED',
      queue: { queued: 1, running: 0, failed: 1 },
    });
    expect(report.queue?.oldestSeconds).toBeGreaterThan(0);
  });

  it.each([
    ['refuses connections', false],
    ['takes connections and says nothing', true],
  ])('answers within 2 s when the database %s', async (_, listening) => {
    const sockets: Socket[] = [];
    const server: Server = createServer((socket) => sockets.push(socket));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const closed = new Promise((resolve) => server.once('close', resolve));
    if (!listening) server.close();
    const db = openDb(`postgres://someone@127.0.0.1:${port}/shop`);
    const start = performance.now();
    const report = await health({ ...world, db });
    expect(performance.now() - start).toBeLessThan(2_000);
    expect(report).toMatchObject({ status: 'DOWN', database: { ok: false }, queue: null });
    if (listening) server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
    await db.close();
  });
});
