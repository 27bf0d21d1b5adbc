import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import sql from 'sql-template-tag';
import { isFinished, type JobRun } from '../../src/features/jobs/run.ts';
import { predictionsOf } from '../../src/features/models/predictions.ts';
import type { Predictor } from '../../src/features/models/predictor.ts';
import { createPredict, createPredictionRefresh } from '../../src/jobs/predictions.ts';
import { enqueue } from '../../src/jobs/queue.ts';
import { type ModelWorld, makeModelWorld } from '../features/models/world.ts';
import { killOnceItSpeaks } from '../helpers/killed-process.ts';

const script = fileURLToPath(new URL('./fixtures/predict-process.ts', import.meta.url));

let world: ModelWorld;
let customers: number[];
/** The texts that the model was asked about. */
let asked: string[] = [];

beforeAll(async () => {
  world = await makeModelWorld();
  customers = [];
  for (const [text, label] of [
    ...[['lovely', 'good'] as const, ['awful', 'bad'] as const],
    ...[['lovely too', undefined] as const, ['awful too', undefined] as const],
    ...[['new word', undefined] as const],
  ])
    customers.push(await world.author(text, label));
  const worker = await world.work([world.jobs.train]);
  await world.ended((await world.train()).id);
  await worker.stop();
  await world.db.query(sql`select graphile_worker.complete_jobs(
    array(select id from graphile_worker.jobs))`);
});
afterEach(() => {
  asked = [];
});
afterAll(() => world.end());

const watched: Predictor = {
  predict(folder, rows) {
    asked.push(...rows.map(({ text = '' }) => text));
    return world.predictor.predict(folder, rows);
  },
};

/** Refreshes all predictions with one worker, shard by shard. */
async function refresh(): Promise<JobRun[]> {
  const predict = createPredict({ ...world, predictor: watched });
  const job = createPredictionRefresh(world, predict, { shardSize: 2 });
  const { id } = await enqueue(world.db, job, {});
  const worker = await world.work([job, predict]);
  await world.until(id, isFinished);
  const shards = await shardsOf(id);
  const done = await Promise.all(shards.map((shard) => world.until(shard, isFinished)));
  await worker.stop();
  return done;
}

async function shardsOf(parent: string): Promise<string[]> {
  const rows = await world.db.query<{ id: string }>(
    sql`select id from job_run where starts_with(key, ${`predict:${parent}:`}) order by key`,
  );
  return rows.map(({ id }) => id);
}

const valuesOf = async (ids = customers) =>
  (await predictionsOf(world.db, ids)).map(([prediction]) => prediction?.value);

const changes = async () => {
  const rows = await world.db.query<{ id: number }>(
    sql`delete from customer_change returning customer_id as id`,
  );
  return rows.map(({ id }) => id).sort((a, b) => a - b);
};

async function writes(customer: number, text: string): Promise<void> {
  await world.db.query(sql`
    update event set text = ${text}, occurred_at = occurred_at where customer_id = ${customer}`);
}

describe('a refresh of predictions', () => {
  it('asks about every customer once, in shards, and wakes their segments', async () => {
    const shards = await refresh();
    expect(shards.map(({ state, attempts }) => [state, attempts])).toEqual([
      ...[
        ['DONE', 1],
        ['DONE', 1],
        ['DONE', 1],
      ],
    ]);
    expect(await valuesOf()).toEqual(['good', 'bad', 'good', 'bad', 'unknown']);
    expect(asked.sort()).toEqual(['awful', 'awful too', 'lovely', 'lovely too', 'new word']);
    expect(await changes()).toEqual(customers);
    const [[first]] = (await predictionsOf(world.db, customers)) as [[object]];
    expect(first).toMatchObject({
      ...{ task: 'mood', probability: 1, reasons: [{ name: 'lovely', contribution: 1 }] },
    });
  });

  it('asks again about those alone whose data has changed', async () => {
    const [, , third = 0, fourth = 0] = customers;
    await writes(third, 'awful now');
    await writes(fourth, 'awful still');
    await refresh();
    expect(asked.sort()).toEqual(['awful now', 'awful still']);
    expect(await valuesOf()).toEqual(['good', 'bad', 'bad', 'bad', 'unknown']);
    // The fourth is predicted what it was.
    expect(await changes()).toEqual([third]);
  });

  it('asks about everybody once more when another version is active', async () => {
    await world.author('new word', 'fine');
    const worker = await world.work([world.jobs.train]);
    await world.ended((await world.train()).id);
    await worker.stop();
    const queued = await world.db.query(sql`
      select from job_run where name = 'refresh-predictions' and state = 'QUEUED'`);
    expect(queued.length).toBeGreaterThan(0);
    await refresh();
    expect(new Set(asked).size).toBe(5);
    expect(await valuesOf()).toEqual(['good', 'bad', 'bad', 'bad', 'fine']);
  });

  it('forgets what was predicted of who has nothing to go by any more', async () => {
    const [first = 0] = customers;
    await world.db.query(sql`update event set text = null where customer_id = ${first}`);
    await changes();
    await refresh();
    expect(await valuesOf([first])).toEqual([undefined]);
    expect(await changes()).toEqual([first]);
    await writes(first, 'lovely');
    await refresh();
    expect(await valuesOf([first])).toEqual(['good']);
  });

  it('leaves out who was merged away, and a version that is not active any more', async () => {
    const [first = 0, second = 0] = customers;
    await world.db.query(sql`update customer set merged_into_id = ${second} where id = ${first}`);
    await world.db.query(sql`delete from prediction where customer_id = ${first}`);
    await refresh();
    expect(await valuesOf([first])).toEqual([undefined]);
    await world.db.query(sql`update customer set merged_into_id = null where id = ${first}`);
    const predict = createPredict({ ...world, predictor: watched });
    const worker = await world.work([predict]);
    const { id } = await enqueue(world.db, predict, { versionId: 999_999, after: 0, upTo: first });
    expect((await world.until(id, isFinished)).state).toBe('DONE');
    await worker.stop();
    expect(await valuesOf([first])).toEqual([undefined]);
  });
});

describe('a worker that is killed with -9 in the middle of a shard', () => {
  it('has its shard done again, exactly once', async () => {
    await world.db.query(sql`delete from prediction`);
    await changes();
    const last = customers.at(-1) ?? 0;
    const [{ versionId = 0 } = {}] = await world.db.query<{ versionId: number }>(
      sql`select active_version_id as "versionId" from model where name = 'mood'`,
    );
    const { id } = await enqueue(world.db, world.jobs.predict, { versionId, after: 0, upTo: last });
    expect(await killOnceItSpeaks(script, [world.url, world.home])).toBe('asked');
    expect(await world.db.query(sql`select from prediction`)).toEqual([]);
    const worker = await world.work([world.jobs.predict]);
    expect(await world.until(id, isFinished)).toMatchObject({ state: 'DONE', attempts: 2 });
    await worker.stop();
    expect(await valuesOf()).toEqual(['good', 'bad', 'bad', 'bad', 'fine']);
    expect(await changes()).toEqual(customers);
  });
});
