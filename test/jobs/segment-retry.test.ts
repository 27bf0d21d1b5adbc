import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import sql, { type Sql } from 'sql-template-tag';
import { createFakeClock } from '../../src/clock.ts';
import { emptyCatalog } from '../../src/features/segments/catalog.ts';
import type { Rule } from '../../src/features/segments/rule/types.ts';
import { enqueue } from '../../src/jobs/queue.ts';
import { enqueueTick } from '../../src/jobs/schedule.ts';
import { createSegmentRefresh } from '../../src/jobs/segment-refresh.ts';
import { segmentRetry } from '../../src/jobs/segment-retry.ts';
import { makeWorld, type World } from './world.ts';

const broken = sql`select id as customer_id, to_jsonb(1 / 0) as value from customer`;
const mended = sql`select id as customer_id, to_jsonb(7) as value from customer`;
const now = new Date('2026-11-22T12:00:00.000Z');
const clock = createFakeClock(now);
let world: World;
let valueSql: Sql;
const refresh = createSegmentRefresh({
  catalogs: { features: { lookup: () => ({ valueSql }) }, predictions: emptyCatalog },
});
const retry = segmentRetry(refresh);
const tick = (minute: number) =>
  enqueueTick(world, retry, new Date(now.getTime() + minute * 60_000));

beforeAll(async () => {
  world = await makeWorld(clock);
  await world.db.query(sql`insert into domain (id, key) values (1, 'shop')`);
  await world.db.query(sql`insert into customer (domain_id) values (1)`);
});
afterAll(() => world.end());
beforeEach(async () => {
  await world.db.query(sql`truncate segment, job_run cascade`);
  valueSql = broken;
  await save('spenders', { feature: { name: 'spend', op: 'GT', value: 5 } });
  await save('everybody', { not: { event: { type: 'none' } } });
});

const save = (key: string, rule: Rule) =>
  world.db.query(sql`
    insert into segment (key, domain_id, name, kind, rule)
    values (${key}, 1, ${key}, 'RULE', ${JSON.stringify(rule)}::jsonb)`);

const segments = () =>
  world.db.query<{ key: string; size: number; failed: boolean; at: Date | null }>(sql`
    select key, size, error is not null as failed, refreshed_at as at from segment order by key`);

describe('segmentRetry', () => {
  it('tries a failed segment again, and no other, until it succeeds', async () => {
    const worker = await world.work([refresh]);
    const all = await enqueue(world.db, { ...refresh, maxAttempts: 1 }, {});
    await world.until(all.id, ({ state }) => state === 'FAILED');
    clock.advance(60_000);
    const vain = await tick(1);
    await world.until(vain?.id ?? '', ({ state }) => state === 'DONE');
    expect((await segments()).map(({ key, failed }) => [key, failed])).toEqual([
      ['everybody', false],
      ['spenders', true],
    ]);
    valueSql = mended;
    const good = await tick(2);
    await world.until(good?.id ?? '', ({ state }) => state === 'DONE');
    await worker.stop();
    expect(await segments()).toEqual([
      { key: 'everybody', size: 1, failed: false, at: now },
      { key: 'spenders', size: 1, failed: false, at: new Date(now.getTime() + 60_000) },
    ]);
    expect(await tick(3)).toBeUndefined();
  });

  it('queues nothing while all is well, or while segments are being refreshed', async () => {
    expect(await tick(11)).toBeUndefined();
    await world.db.query(sql`update segment set error = 'broken' where key = 'spenders'`);
    const running = await enqueue(world.db, refresh, { keys: ['everybody'] });
    expect(await tick(12)).toBeUndefined();
    await world.db.query(sql`update job_run set state = 'DONE' where id = ${running.id}::uuid`);
    expect(await tick(13)).toMatchObject({ name: 'segment-refresh', payload: { failed: true } });
  });
});
