import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { validate } from 'node-cron';
import sql from 'sql-template-tag';
import { startSchedules } from '../../src/jobs/schedule.ts';
import { standardJobs } from '../../src/jobs/standard.ts';
import { makeWorld, signpost, type World } from './world.ts';

let world: World;

beforeAll(async () => {
  world = await makeWorld();
});
afterAll(() => world.end());

describe('standardJobs', () => {
  it('queue, work off and forget a changed customer within seconds', async () => {
    const seen = signpost<readonly number[]>();
    const { jobs, schedules } = standardJobs({
      materializeCustomers: async (_, ids) => seen.reach(ids),
      refreshCustomers: async () => {},
      expired: async () => [],
      refreshDue: async () => 0,
    });
    for (const { cron } of schedules) expect(validate(cron)).toBe(true);
    expect(new Set(jobs.map(({ name }) => name)).size).toBe(jobs.length);
    const worker = await world.work(jobs);
    const running = startSchedules(world, schedules);
    await world.db.query(sql`insert into customer_change (customer_id) values (42)`);
    expect(await seen.reached).toEqual([42]);
    await running.stop();
    await worker.stop();
    expect(await world.db.query(sql`select from customer_change`)).toEqual([]);
  });
});
