import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import sql from 'sql-template-tag';
import type { Actor } from '../../../src/auth.ts';
import type { ModelTrainInput } from '../../../src/features/models/input.ts';
import { modelByName } from '../../../src/features/models/model.ts';
import { modelTrain } from '../../../src/features/models/train.ts';
import { tester } from '../../jobs/world.ts';
import { type ModelWorld, makeModelWorld, refusalOf } from './world.ts';

let world: ModelWorld;
let version: number;
beforeAll(async () => {
  world = await makeModelWorld();
  await world.author('lovely', 'good');
  await world.author('lovely', 'good', 'finance');
  version = await world.addVersion('old-mood', 'CLASSIFY', 'mood');
});
afterAll(() => world.end());

const task = { kind: 'CLASSIFY' as const, labels: 'mood' };
const ask = (input: Partial<ModelTrainInput>, actor: Actor = tester) =>
  modelTrain(world, actor, { name: 'new', task, domain: 'retail', ...input });

const refusal = (input: Partial<ModelTrainInput>) => refusalOf(ask(input));

describe('a request that cannot be trained', () => {
  it.each<[string, Partial<ModelTrainInput>, string, string]>([
    ['a bad name', { name: 'New Model' }, 'BAD_INPUT', 'name'],
    ['no labels', { task: { kind: 'CLASSIFY' } }, 'BAD_INPUT', 'task.labels'],
    ['unknown labels', { task: { ...task, labels: 'size' } }, 'NOT_FOUND', 'task.labels'],
    ['labels of another domain', { domain: 'travel' }, 'NOT_FOUND', 'domain'],
    [
      'labels that it cannot use',
      { task: { kind: 'PRETRAIN', labels: 'mood' } },
      'BAD_INPUT',
      'task.labels',
    ],
    ['an unknown service', { source: { service: 'nothing' } }, 'NOT_FOUND', 'source.service'],
    ['nothing to learn from', { source: { text: 'NONE' } }, 'BAD_INPUT', 'source.text'],
    [
      'reading without text',
      { task: { kind: 'PRETRAIN' }, source: { text: 'NONE', service: 'profile' } },
      'BAD_INPUT',
      'source.text',
    ],
    [
      'a time to come',
      { source: { at: new Date('2026-03-01T12:00:01Z') } },
      'BAD_INPUT',
      'source.at',
    ],
    ['an unknown base', { base: '../../etc' }, 'NOT_FOUND', 'base'],
    ['an unknown version', { from: 999_999 }, 'NOT_FOUND', 'from'],
    ['no version at all', { from: 'first' }, 'NOT_FOUND', 'from'],
    ['hyper-parameters that are none', { hyperparameters: [1] }, 'BAD_INPUT', 'hyperparameters'],
    [
      'an unknown hyper-parameter',
      { hyperparameters: { learningSpeed: 1 } },
      'BAD_INPUT',
      'hyperparameters.learningSpeed',
    ],
    ['no shots', { shots: 0 }, 'BAD_INPUT', 'shots'],
    ['a seed below zero', { seed: -1 }, 'BAD_INPUT', 'seed'],
  ])('for %s', async (_what, input, code, field) => {
    expect(await refusal(input)).toEqual([code, field]);
    expect(await modelByName(world.db, tester, 'new')).toBeUndefined();
  });

  it('for two starts at once', async () => {
    expect(await refusal({ from: version, base: 'small' })).toEqual(['BAD_INPUT', 'base']);
  });

  it('for a version of another task, but any may go on from a general one', async () => {
    const other = await world.addVersion('size', 'CLASSIFY', 'size');
    const general = await world.addVersion('language', 'PRETRAIN', null);
    expect(await refusal({ from: other })).toEqual(['BAD_INPUT', 'from']);
    const run = await ask({ name: 'from-general', from: general });
    expect(run.request).toMatchObject({ from: general });
  });

  it('for a name that is taken in another domain or for another task', async () => {
    expect(await refusal({ name: 'old-mood', domain: 'finance' })).toEqual(['CONFLICT', 'name']);
    const regress = { kind: 'REGRESS' as const, labels: 'mood' };
    expect(await refusal({ name: 'old-mood', task: regress })).toEqual(['CONFLICT', 'name']);
  });

  it('for a caller who may not', async () => {
    const reader: Actor = { id: 'key:1', role: 'reader', domains: 'all' };
    const banker: Actor = { id: 'key:2', role: 'writer', domains: ['finance'] };
    await expect(ask({}, reader)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(ask({}, banker)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    // Of another domain's version it does not even learn that it is there.
    await expect(ask({ domain: 'finance', from: version }, banker)).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });
});

describe('a training of a model that is being trained', () => {
  it('is a conflict, of many at once one is made', async () => {
    const asked = await Promise.allSettled([1, 2, 3, 4].map(() => ask({ name: 'popular' })));
    expect(asked.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const reasons = asked.flatMap((each) => (each.status === 'rejected' ? [each.reason.code] : []));
    expect(reasons).toEqual(['CONFLICT', 'CONFLICT', 'CONFLICT']);
    const jobs = await world.db.query(sql`
      select from job_run where id in (
        select job_run_id from training_run r join model m on m.id = r.model_id
        where m.name = 'popular')`);
    expect(jobs).toHaveLength(1);
  });

  it('leaves what a retraining repeats as it was', async () => {
    await ask({ name: 'steady', seed: 1 });
    await expect(ask({ name: 'steady', seed: 2 })).rejects.toMatchObject({ code: 'CONFLICT' });
    expect((await modelByName(world.db, tester, 'steady'))?.training.seed).toBe(1);
  });
});

describe('the source', () => {
  it.each<[string, ModelTrainInput['source'], object]>([
    ['is the texts of events when none is named', undefined, { text: 'EVENTS' }],
    [
      'is a service alone when one is named',
      { service: 'profile' },
      { text: 'NONE', service: 'profile' },
    ],
    [
      'may be both',
      { text: 'CUSTOMER', service: 'profile' },
      { text: 'CUSTOMER', service: 'profile' },
    ],
  ])('%s', async (what, source, expected) => {
    const name = what.replaceAll(' ', '-');
    const run = await ask({ name, ...(source && { source }) });
    expect(run.request).toEqual({ ...expected, hyperparameters: {}, seed: 0 });
  });
});
