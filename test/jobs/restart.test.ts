import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { systemClock } from '../../src/clock.ts';
import { waitForDatabase } from '../../src/db-wait.ts';
import { health } from '../../src/features/health.ts';
import { jobUpdates } from '../../src/features/jobs/updates.ts';
import { defineJob } from '../../src/jobs/define.ts';
import { enqueue } from '../../src/jobs/queue.ts';
import { applyMigrations } from '../../src/postgres/migrate.ts';
import { type EmbeddedPostgres, startPostgres } from '../../src/postgres/start.ts';
import { makeWorld, signpost, tester, type World } from './world.ts';

// A server of this test's own, as it is stopped in the middle.
let dataDir: string;
let server: EmbeddedPostgres;
let world: World;

const start = () => startPostgres({ dataDir, settings: { fsync: 'off' } });
const migrationsDir = fileURLToPath(new URL('../../prisma/migrations', import.meta.url));

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'cameo-restart-'));
  chmodSync(dataDir, 0o755);
  server = await start();
  await applyMigrations({ url: server.url, migrationsDir });
  world = await makeWorld(systemClock, { url: server.url, drop: async () => {} });
});

afterAll(async () => {
  await world?.end();
  await server?.stop();
  await untilReaped(server.pid);
  rmSync(dataDir, { recursive: true, force: true });
});

/** Waits until Node has heard of the end of a child: its starter then reads the log a last time. */
async function untilReaped(pid: number): Promise<void> {
  for (;;) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const goOn = signpost();
const started = signpost();
const slow = defineJob({
  name: 'slow',
  payload: z.object({}),
  async run() {
    started.reach();
    await goOn.reached;
  },
});
const quick = defineJob({ name: 'quick', payload: z.object({}), run: async () => {} });
const isDone = ({ state }: { state: string }) => state === 'DONE';

describe('a database that stops in the middle', () => {
  it('is outlived by the worker, its running job and the notifications', async () => {
    await world.work([slow, quick]);
    const { id } = await enqueue(world.db, slow, {});
    await started.reached;
    const updates = jobUpdates(world, world.hub, tester, id);
    expect((await updates.next()).value).toMatchObject({ state: 'RUNNING', attempts: 1 });

    await server.stop();
    expect(await health(world)).toMatchObject({ status: 'DOWN', queue: null });
    await expect(enqueue(world.db, quick, {})).rejects.toThrow();
    server = await start();
    await waitForDatabase(server.url);

    goOn.reach();
    const { value: done } = await updates.next();
    expect(done).toMatchObject({ state: 'DONE', attempts: 1 });
    const next = await enqueue(world.db, quick, {});
    expect(await world.until(next.id, isDone)).toMatchObject({ attempts: 1 });
    expect(await health(world)).toMatchObject({ status: 'OK' });
  });
});
