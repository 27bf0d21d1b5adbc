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
import { startWorker } from '../../src/jobs/worker.ts';
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

/** A job that ends when it is told to. */
function slowJob() {
  const [started, goOn] = [signpost(), signpost()];
  const job = defineJob({
    name: 'slow',
    payload: z.object({}),
    async run() {
      started.reach();
      await goOn.reached;
    },
  });
  return { job, started: started.reached, finish: goOn.reach };
}
const quick = defineJob({ name: 'quick', payload: z.object({}), run: async () => {} });
const isDone = ({ state }: { state: string }) => state === 'DONE';

describe('a database that stops in the middle', () => {
  it('is outlived by the worker, its running job and the notifications', async () => {
    const slow = slowJob();
    const worker = await world.work([slow.job, quick]);
    const { id } = await enqueue(world.db, slow.job, {});
    await slow.started;
    const updates = jobUpdates(world, world.hub, tester, id);
    expect((await updates.next()).value).toMatchObject({ state: 'RUNNING', attempts: 1 });

    await server.stop();
    expect(await health(world)).toMatchObject({ status: 'DOWN', queue: null });
    await expect(enqueue(world.db, quick, {})).rejects.toThrow();
    server = await start();
    await waitForDatabase(server.url);

    slow.finish();
    const { value: done } = await updates.next();
    expect(done).toMatchObject({ state: 'DONE', attempts: 1 });
    const next = await enqueue(world.db, quick, {});
    expect(await world.until(next.id, isDone)).toMatchObject({ attempts: 1 });
    expect(await health(world)).toMatchObject({ status: 'OK' });
    await worker.stop();
  });

  it('makes a job run again whose end could not be written down', async () => {
    const slow = slowJob();
    const worker = await world.work([slow.job]);
    const { id } = await enqueue(world.db, slow.job, {});
    await slow.started;
    await server.stop();
    slow.finish();
    server = await start();
    await waitForDatabase(server.url);
    expect(await world.until(id, isDone)).toMatchObject({ attempts: 2 });
    await worker.stop();
  });

  it('is waited for by a worker that starts without it', async () => {
    await server.stop();
    const worker = startWorker(world, [quick]);
    server = await start();
    await worker.ready;
    const { id } = await enqueue(world.db, quick, {});
    await world.until(id, isDone);
    await worker.stop();
  });
});
