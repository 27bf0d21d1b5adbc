import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import sql from 'sql-template-tag';
import type { Actor } from '../../../src/auth.ts';
import { trainingRunCancel } from '../../../src/features/models/cancel.ts';
import { retrainDrifted } from '../../../src/features/models/drift.ts';
import { hasDueModels, retrainDue } from '../../../src/features/models/retrain.ts';
import { modelSchedule, nextRun } from '../../../src/features/models/schedule.ts';
import { tester } from '../../jobs/world.ts';
import { type ModelWorld, makeModelWorld, NOW, readRun } from './world.ts';

let world: ModelWorld;
beforeAll(async () => {
  world = await makeModelWorld();
  await world.author('lovely', 'good');
});
afterAll(() => world.end());
beforeEach(async () => {
  world.clock.set(NOW);
  await world.db.query(sql`delete from model`);
});

/** A model that was trained by somebody; that run is over. */
async function trained(more: Parameters<ModelWorld['train']>[0] = {}): Promise<number> {
  const run = await world.train({ seed: 5, ...more });
  await trainingRunCancel(world, tester, run.id);
  return run.modelId;
}

const schedule = (input: { cron?: string | null; driftThreshold?: number | null }) =>
  modelSchedule(world, tester, { model: 'mood', ...input });

describe('the schedule of a model', () => {
  it.each([
    ['0 2 * * *', '2026-03-02T02:00:00.000Z'],
    ['30 12 * * *', '2026-03-01T12:30:00.000Z'],
    ['0 12 * * *', '2026-03-02T12:00:00.000Z'],
    ['0 0 1 1 *', '2027-01-01T00:00:00.000Z'],
    ['15 4 * * 1', '2026-03-02T04:15:00.000Z'],
  ])('%s comes next at %s', (cron, expected) => {
    expect(nextRun(cron, new Date(NOW)).toISOString()).toBe(expected);
  });

  it.each(['', 'noon', '* * * *', '* * * * * *', '61 * * * *', '0 0 31 2 *'])(
    'cannot be "%s"',
    async (cron) => {
      await trained();
      await expect(schedule({ cron })).rejects.toMatchObject({
        code: 'BAD_INPUT',
        field: ['cron'],
      });
    },
  );

  it('changes what is given and leaves the rest', async () => {
    await trained();
    expect(await schedule({ driftThreshold: 0.5 })).toMatchObject({
      ...{ cron: '0 2 * * *', driftThreshold: 0.5 },
    });
    expect(await schedule({ cron: null })).toMatchObject({
      ...{ cron: null, nextRetrainAt: null, driftThreshold: 0.5 },
    });
    expect(await schedule({ driftThreshold: null })).toMatchObject({ driftThreshold: null });
    await expect(schedule({ driftThreshold: 0 })).rejects.toMatchObject({ code: 'BAD_INPUT' });
    const reader: Actor = { id: 'key:1', role: 'reader', domains: 'all' };
    await expect(modelSchedule(world, reader, { model: 'mood' })).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
  });
});

describe('a model whose time has come', () => {
  it('is trained once, as it was asked for last, by however many workers', async () => {
    await trained({ source: { at: new Date('2026-02-20T00:00:00Z') } });
    expect(await hasDueModels(world)).toBe(false);
    world.clock.set('2026-03-02T02:00:00.000Z');
    expect(await hasDueModels(world)).toBe(true);
    const runs = (await Promise.all([1, 2, 3].map(() => retrainDue(world)))).flat();
    expect(runs).toHaveLength(1);
    expect(await hasDueModels(world)).toBe(false);
    // Of the new present, not of the time asked about then.
    expect(await readRun(world, runs[0] ?? '')).toMatchObject({
      ...{ state: 'QUEUED', trigger: 'schedule', actor: 'job:retrain' },
      request: { text: 'EVENTS', hyperparameters: {}, seed: 5 },
    });
    expect((await readRun(world, runs[0] ?? '')).request.at).toBeUndefined();
  });

  it('is left alone while it is being trained, and when no labels have come', async () => {
    const run = await world.train();
    world.clock.set('2026-03-02T02:00:00.000Z');
    expect(await retrainDue(world)).toEqual([]);
    await world.db.query(sql`
      update training_run set state = 'DONE', under_way = null, started_at = ${NOW}::timestamptz
      where id = ${run.id}::uuid`);
    world.clock.set('2026-03-03T02:00:00.000Z');
    expect(await retrainDue(world)).toEqual([]);
    await world.db.query(sql`update label set created_at = '2026-03-03T03:00:00Z'`);
    world.clock.set('2026-03-04T02:00:00.000Z');
    expect(await retrainDue(world)).toHaveLength(1);
  });
});

describe('a model of what customers do next', () => {
  it('needs no labels, and is trained anew once somebody has done something', async () => {
    const task = { kind: 'CLASSIFY' as const, labels: 'next_behaviour' };
    const id = await trained({ name: 'next', task });
    await world.db.query(sql`
      update training_run set state = 'DONE', started_at = ${NOW}::timestamptz
      where model_id = ${id}`);
    world.clock.set('2026-03-02T02:00:00.000Z');
    expect(await retrainDue(world)).toEqual([]);
    await world.db.query(sql`update event set occurred_at = '2026-03-02T09:00:00Z'`);
    world.clock.set('2026-03-03T02:00:00.000Z');
    expect(await retrainDue(world)).toHaveLength(1);
  });
});

describe('a model whose features have drifted', () => {
  /** The active version was trained on the profile service at NOW, when the index was 0.1. */
  async function watched(): Promise<void> {
    const id = await trained({ source: { service: 'profile' } });
    const { services } = await world.store.state();
    await world.db.query(sql`
      with v as (
        insert into model_version (model_id, number, data_hash, rows, service, service_version,
          code_version, spec, hyperparameters, metrics, baselines, winner, decided_by, artefact, created_at)
        values (${id}, 1, '', '{}', 'profile', ${services.get('profile')?.version}, '', '{}', '{}',
          '{}', '{}', 'model', '', '', ${NOW}::timestamptz) returning id
      ) update model set active_version_id = v.id from v where model.id = ${id}`);
    await world.db.query(sql`delete from feature_statistic`);
    await measured('2026-03-01T01:00:00Z', 'rfm', 'monetary', 0.1);
  }

  const measured = (at: string, view: string, feature: string, psi: number | null) =>
    world.db.query(sql`
      insert into feature_statistic (view, version, feature, at, rows, distinct_count, profile,
        histogram, psi)
      values (${view}, 1, ${feature}, ${at}::timestamptz, 1, 1, '{}', '{}', ${psi})`);

  const check = async (at: string) => {
    world.clock.set(at);
    const runs = await retrainDrifted(world);
    return Promise.all(runs.map(async (id) => (await readRun(world, id)).trigger));
  };

  it('is trained anew, once a day', async () => {
    await watched();
    expect(await check('2026-03-02T02:00:00Z')).toEqual([]);
    await measured('2026-03-03T01:00:00Z', 'rfm', 'monetary', 0.36);
    expect(await check('2026-03-03T02:00:00Z')).toEqual([
      'drift of rfm:monetary: its stability index has grown by 0.26',
    ]);
    await world.db.query(sql`update training_run set under_way = null, state = 'FAILED'`);
    expect(await check('2026-03-03T20:00:00Z')).toEqual([]);
    expect(await check('2026-03-04T02:00:00Z')).toHaveLength(1);
  });

  it('is told by the features of its own service alone, and by its own threshold', async () => {
    await watched();
    await measured('2026-03-03T01:00:00Z', 'rfm', 'monetary', 0.34);
    await measured('2026-03-03T01:00:00Z', 'returns', 'returns_90d', 9);
    await measured('2026-03-03T01:00:00Z', 'rfm', 'frequency', null);
    expect(await check('2026-03-03T02:00:00Z')).toEqual([]);
    await schedule({ driftThreshold: 0.2 });
    expect(await check('2026-03-03T02:00:00Z')).toHaveLength(1);
  });

  it('is trained anew too when its feature service has been redefined', async () => {
    await watched();
    await world.db.query(sql`update model_version set service_version = service_version + 1`);
    expect(await check('2026-03-03T02:00:00Z')).toEqual([
      'the feature service profile has been redefined',
    ]);
    await schedule({ driftThreshold: null });
    expect(await check('2026-03-05T02:00:00Z')).toEqual([]);
  });
});
