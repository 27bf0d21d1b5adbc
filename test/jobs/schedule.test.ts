import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { openDb } from '../../src/db.ts';
import { recentJobs } from '../../src/features/jobs/read.ts';
import { defineJob } from '../../src/jobs/define.ts';
import { enqueueTick, startSchedules } from '../../src/jobs/schedule.ts';
import { makeWorld, tester, type World } from './world.ts';

let world: World;

beforeAll(async () => {
  world = await makeWorld();
});
afterAll(() => world.end());

const scheduled = (name: string, when?: () => Promise<boolean>) => ({
  job: defineJob({ name, payload: z.object({}), run: async () => {} }),
  payload: {},
  cron: '* * * * * *',
  ...(when && { when }),
});
const runsOf = (name: string) => recentJobs(world, tester, { name, first: 100 });
const at = (time: string) => new Date(`2026-11-22T${time}Z`);

describe('enqueueTick', () => {
  it('makes one run of a tick, however many processes notice it, each a little late', async () => {
    const schedule = scheduled('shared');
    const noticed = ['12:00:00.000', '12:00:00.004', '12:00:00.950'].map(at);
    await Promise.all(noticed.map((date) => enqueueTick(world, schedule, date)));
    expect(await runsOf('shared')).toMatchObject([{ key: 'tick:shared:2026-11-22T12:00:00.000Z' }]);
  });

  it('lets a tick pass while the one before still waits to be started', async () => {
    const schedule = scheduled('behind');
    const first = await enqueueTick(world, schedule, at('12:00:00'));
    expect(await enqueueTick(world, schedule, at('12:00:05'))).toBeUndefined();
    const worker = await world.work([schedule.job]);
    await world.until(first?.id ?? '', ({ state }) => state === 'DONE');
    await worker.stop();
    expect(await enqueueTick(world, schedule, at('12:00:10'))).toMatchObject({ state: 'QUEUED' });
    expect(await runsOf('behind')).toHaveLength(2);
  });

  it('makes no run when there is nothing to do', async () => {
    const schedule = scheduled('idle', async () => false);
    expect(await enqueueTick(world, schedule, at('12:00:00'))).toBeUndefined();
    expect(await runsOf('idle')).toEqual([]);
  });
});

describe('startSchedules', () => {
  it('queues at each tick, once for two processes', async () => {
    const other = openDb(world.url, { max: 2 });
    const schedule = scheduled('twice');
    await world.work([schedule.job]);
    const changes = world.hub.subscribe('cameo_jobs');
    await changes.next();
    const both = [
      startSchedules(world, [schedule]),
      startSchedules({ ...world, db: other }, [schedule]),
    ];
    for (let runs = 0; runs < 2; ) {
      await changes.next();
      runs = (await runsOf('twice')).length;
    }
    await Promise.all(both.map((schedules) => schedules.stop()));
    await changes.return?.();
    const keys = (await runsOf('twice')).map(({ key }) => key);
    expect(new Set(keys).size).toBe(keys.length);
    for (const key of keys) expect(key).toMatch(/^tick:twice:.*:\d\d\.000Z$/);
    await other.close();
  });
});
