import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import sql from 'sql-template-tag';
import { z } from 'zod';
import { defineJob } from '../../src/jobs/define.ts';
import { enqueue } from '../../src/jobs/queue.ts';
import { makeWorld, type World } from './world.ts';

let world: World;

beforeAll(async () => {
  world = await makeWorld();
});
afterAll(() => world.end());

const greet = defineJob({
  name: 'greet',
  payload: z.object({ who: z.string() }),
  run: async () => {},
});
const wave = defineJob({ name: 'wave', payload: z.object({}), run: async () => {} });

const count = async (key: string) => {
  const [row] = await world.db.query<{ runs: number; entries: number }>(sql`
    select count(*)::int as runs, count(jobs.id)::int as entries
    from job_run left join graphile_worker.jobs on jobs.key = job_run.id::text
    where job_run.key = ${key}`);
  return row;
};

describe('enqueue', () => {
  it("queues with the caller's transaction", async () => {
    const run = await world.db.transaction((tx) =>
      enqueue(tx, greet, { who: 'Ada' }, { key: 'kept' }),
    );
    expect(run).toMatchObject({
      name: 'greet',
      key: 'kept',
      state: 'QUEUED',
      payload: { who: 'Ada' },
      attempts: 0,
      finishedAt: null,
    });
    expect(await count('kept')).toEqual({ runs: 1, entries: 1 });
  });

  it('leaves nothing behind when that transaction rolls back', async () => {
    const attempt = world.db.transaction(async (tx) => {
      await enqueue(tx, greet, { who: 'Ada' }, { key: 'lost' });
      throw new Error('second thoughts');
    });
    await expect(attempt).rejects.toThrow('second thoughts');
    expect(await count('lost')).toEqual({ runs: 0, entries: 0 });
  });

  it('makes one run of a key, however many ask at the same time', async () => {
    const asks = Array.from({ length: 8 }, (_, index) =>
      world.db.transaction((tx) => enqueue(tx, greet, { who: `${index}` }, { key: 'same' })),
    );
    const ids = new Set((await Promise.all(asks)).map((run) => run.id));
    expect(ids.size).toBe(1);
    expect(await count('same')).toEqual({ runs: 1, entries: 1 });
  });

  it('refuses a key that another job has used', async () => {
    await enqueue(world.db, greet, { who: 'Ada' }, { key: 'taken' });
    await expect(enqueue(world.db, wave, {}, { key: 'taken' })).rejects.toMatchObject({
      code: 'CONFLICT',
      field: ['key'],
    });
  });

  it('refuses a payload that the job does not take', async () => {
    const wrong = { who: 7 } as unknown as { who: string };
    await expect(enqueue(world.db, greet, wrong, { key: 'wrong' })).rejects.toThrow(z.ZodError);
    expect(await count('wrong')).toEqual({ runs: 0, entries: 0 });
  });

  it('keeps the time before which a run must not start', async () => {
    const runAt = new Date('2031-01-02T03:04:05.000Z');
    const run = await enqueue(world.db, greet, { who: 'Ada' }, { runAt });
    const rows = await world.db.query(
      sql`select run_at from graphile_worker.jobs where key = ${run.id}`,
    );
    expect(rows).toEqual([{ run_at: runAt }]);
  });
});
