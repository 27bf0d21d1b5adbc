import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import sql from 'sql-template-tag';
import { createFakeClock } from '../../src/clock.ts';
import { recentJobs } from '../../src/features/jobs/read.ts';
import type { Job } from '../../src/jobs/define.ts';
import { housekeeping } from '../../src/jobs/housekeeping.ts';
import { partitions } from '../../src/jobs/partitions.ts';
import { makeWorld, tester, type World } from './world.ts';

let world: World;
const DAY = 86_400_000;
const now = new Date('2026-11-22T12:00:00.000Z');
const daysAgo = (days: number) => new Date(now.getTime() - days * DAY);

beforeAll(async () => {
  world = await makeWorld(createFakeClock(now));
});
afterAll(() => world.end());

const perform = (job: Job<Record<string, never>>) =>
  job.perform(
    {},
    {
      deps: world,
      jobRunId: 'test',
      attempt: 1,
      signal: new AbortController().signal,
      progress: async () => {},
      finish: async () => {},
    },
  );

describe('housekeeping', () => {
  it('deletes what has outlived its retention, and nothing else', async () => {
    const run = (name: string, key: string | null, state: string, days: number) =>
      world.db.query(sql`
        insert into job_run (id, name, key, payload, state, finished_at)
        values (uuidv7(), ${name}, ${key}, '{}', ${state}::"JobState", ${daysAgo(days)})`);
    await run('old tick', 'tick:a', 'DONE', 1.1);
    await run('young tick', 'tick:b', 'DONE', 0.9);
    await run('failed tick', 'tick:c', 'FAILED', 80);
    await run('old', null, 'DONE', 31);
    await run('young', 'mine', 'DONE', 29);
    await run('long failed', null, 'FAILED', 91);
    await world.db.query(sql`
      insert into job_run (id, name, payload, created_at)
      values (uuidv7(), 'waiting for ever', '{}', ${daysAgo(500)})`);
    for (const [action, days] of [
      ['old', 397],
      ['young', 395],
    ] as const)
      await world.db.query(sql`
        insert into audit_log (at, actor, action, subject, outcome)
        values (${daysAgo(days)}, 'test', ${action}, '{}', 'ok')`);
    await perform(housekeeping);
    const kept = (await recentJobs(world, tester)).map(({ name }) => name);
    expect(kept.toSorted()).toEqual(['failed tick', 'waiting for ever', 'young', 'young tick']);
    expect(await world.db.query(sql`select action from audit_log`)).toEqual([{ action: 'young' }]);
  });
});

describe('housekeeping of segments', () => {
  it('keeps changes for 90 days, and 30 days of what webhooks are done with', async () => {
    const { db } = world;
    await db.query(sql`insert into domain (id, key) values (7, 'shop')`);
    await db.query(
      sql`insert into segment (id, key, domain_id, name, kind) values (7, 'vip', 7, 'VIP', 'STATIC')`,
    );
    await db.query(sql`
      insert into webhook_endpoint (id, domain_id, url, secret) values (7, 7, 'https://example.org', 's')`);
    for (const [customer, days] of [
      [1, 91],
      [2, 89],
    ] as const)
      await db.query(sql`
        insert into segment_change (customer_id, segment_id, entered, at, created_at)
        values (${customer}, 7, true, ${daysAgo(days)}, ${daysAgo(days)})`);
    const delivery = (name: string, made: number, next: Date | null, delivered: Date | null) =>
      db.query(sql`
        insert into webhook_delivery (endpoint_id, body, created_at, next_attempt_at, delivered_at)
        values (7, ${JSON.stringify({ name })}::jsonb, ${daysAgo(made)}, ${next}, ${delivered})`);
    await delivery('taken long ago', 32, null, daysAgo(31));
    await delivery('taken late', 32, null, daysAgo(29));
    await delivery('given up long ago', 31, null, null);
    await delivery('given up', 29, null, null);
    await delivery('still tried', 31, daysAgo(-1), null);
    await perform(housekeeping);
    expect(await db.query(sql`select customer_id as c from segment_change`)).toEqual([{ c: 2 }]);
    const left = await db.query<{ name: string }>(
      sql`select body ->> 'name' as name from webhook_delivery order by 1`,
    );
    expect(left.map(({ name }) => name)).toEqual(['given up', 'still tried', 'taken late']);
  });
});

describe('partitions', () => {
  it('makes the partitions of this month and the next three, over the turn of the year', async () => {
    await perform(partitions);
    await perform(partitions);
    const tables = await world.db.query<{ name: string }>(sql`
      select inhrelid::regclass::text as name from pg_inherits
      where inhparent = 'event'::regclass order by 1`);
    expect(tables.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['event_2026_11', 'event_2026_12', 'event_2027_01', 'event_2027_02']),
    );
  });
});
