import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import sql from 'sql-template-tag';
import { isFinished } from '../../src/features/jobs/run.ts';
import { enqueue } from '../../src/jobs/queue.ts';
import { killOnceItSpeaks } from '../helpers/killed-process.ts';
import { onceJob, type Point } from './fixtures/once.ts';
import { makeWorld, signpost, type World } from './world.ts';

const script = fileURLToPath(new URL('./fixtures/worker-process.ts', import.meta.url));
let world: World;

beforeAll(async () => {
  world = await makeWorld();
  await world.db.query(sql`create table effect (job text)`);
});
afterAll(() => world.end());

/** Runs the job in a process of its own and kills that with -9 when the job reaches `point`. */
async function killAt(point: Point, maxAttempts = 5): Promise<string> {
  const { id } = await enqueue(
    world.db,
    onceJob(async () => {}, maxAttempts),
    {},
  );
  expect(await killOnceItSpeaks(script, [world.url, point, String(maxAttempts)])).toBe(point);
  return id;
}

const effectsOf = async (id: string) =>
  (await world.db.query(sql`select from effect where job = ${id}`)).length;

describe('a worker killed with -9', () => {
  it.each<[Point, number, number]>([
    ['started', 0, 2],
    ['inside', 0, 2],
    ['after', 1, 1],
  ])('at "%s" leaves %i effects; the job runs again and there is one', async (...row) => {
    const [point, before, attempts] = row;
    const id = await killAt(point);
    expect(await effectsOf(id)).toBe(before);
    const worker = await world.work([onceJob(async () => {})]);
    expect(await world.until(id, isFinished)).toMatchObject({ state: 'DONE', attempts });
    await untilGone(id);
    expect(await effectsOf(id)).toBe(1);
    await worker.stop();
  });

  it('in the last attempt leaves a job that says so', async () => {
    const id = await killAt('started', 1);
    const worker = await world.work([onceJob(async () => {}, 1)]);
    expect(await world.until(id, isFinished)).toMatchObject({
      state: 'FAILED',
      error: 'The worker ended in the middle of the last attempt.',
    });
    expect(await effectsOf(id)).toBe(0);
    await worker.stop();
  });

  it('does not take the jobs of the living with it', async () => {
    const [started, goOn] = [signpost(), signpost()];
    const held = onceJob(async (point) => {
      if (point !== 'started') return;
      started.reach();
      await goOn.reached;
    });
    const living = await world.work([held], { concurrency: 1 });
    const { id } = await enqueue(world.db, held, {});
    await started.reached;
    const killed = await killAt('inside');
    const rescuer = await world.work([onceJob(async () => {})]);
    await world.until(killed, isFinished);
    goOn.reach();
    expect(await world.until(id, isFinished)).toMatchObject({ state: 'DONE', attempts: 1 });
    await Promise.all([living.stop(), rescuer.stop()]);
  });
});

/** Waits until the queue has no entry for the run: nobody will start it again. */
async function untilGone(id: string): Promise<void> {
  for (let entries = 1; entries > 0; ) {
    entries = (await world.db.query(sql`select from graphile_worker.jobs where key = ${id}`))
      .length;
  }
}
