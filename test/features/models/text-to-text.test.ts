import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import sql from 'sql-template-tag';
import { createBases } from '../../../src/features/models/bases.ts';
import type { ModelTrainInput } from '../../../src/features/models/input.ts';
import { modelTrain } from '../../../src/features/models/train.ts';
import { tester } from '../../jobs/world.ts';
import { type ModelWorld, makeModelWorld, refusalOf } from './world.ts';

let world: ModelWorld;
const versions: Record<string, number> = {};
beforeAll(async () => {
  const made = await makeModelWorld();
  const models = join(made.home, 'models');
  for (const [name, type] of [
    ['some-t5', 't5'],
    ['encoder', 'bert'],
  ] as const) {
    mkdirSync(join(models, name), { recursive: true });
    writeFileSync(join(models, name, 'config.json'), JSON.stringify({ model_type: type }));
  }
  world = { ...made, bases: createBases([models]) };
  await world.author('lovely', 'good');
  await world.author('lovely', 'good', 'finance');
  const customer = await world.author('nothing');
  await world.db.query(sql`
    insert into label (customer_id, domain_id, task, value, at, source, created_at)
    values (${customer}, ${await world.domain('retail')}, 'tier', '"gold"', '2026-02-01T00:00:00Z',
            'test', '2026-02-01T00:00:00Z')`);
  versions.encoder = await world.addVersion('old-language', 'PRETRAIN', null, { maskRate: 0.15 });
  versions.language = await world.addVersion('old-words', 'PRETRAIN', null, { maxTokens: 32 });
  versions.mood = await world.addVersion('old-mood', 'GENERATE', 'mood', { maxTokens: 32 });
});
afterAll(() => world.end());

const task = { kind: 'GENERATE' as const, labels: 'mood' };
const ask = (input: Partial<ModelTrainInput>) =>
  modelTrain(world, tester, { name: 'new', task, domain: 'retail', base: 'some-t5', ...input });

const refusal = (input: Partial<ModelTrainInput>) => refusalOf(ask(input));

describe('a text-to-text training', () => {
  it.each<[string, () => Partial<ModelTrainInput>, string]>([
    ['of a base that is not there', () => ({ base: null }), 'NOT_FOUND base'],
    ['of an encoder', () => ({ base: 'encoder' }), 'BAD_INPUT base'],
    [
      'of an encoder that learnt a language',
      () => ({ base: null, from: versions.encoder ?? 0 }),
      'BAD_INPUT from',
    ],
    [
      'without text',
      () => ({ source: { text: 'NONE', service: 'profile' } }),
      'BAD_INPUT source.text',
    ],
    [
      'of unknown names',
      () => ({ hyperparameters: { pooling: 'mean' } }),
      'BAD_INPUT hyperparameters.pooling',
    ],
    [
      'of files',
      () => ({ hyperparameters: { replay: { rows: 'x.jsonl' } } }),
      'BAD_INPUT hyperparameters.replay.rows',
    ],
    [
      'of unlabelled tasks',
      () => ({ hyperparameters: { tasks: ['size'] } }),
      'NOT_FOUND hyperparameters.tasks.0',
    ],
    [
      'of its own task twice',
      () => ({ hyperparameters: { tasks: ['mood'] } }),
      'BAD_INPUT hyperparameters.tasks.0',
    ],
    [
      'that replays nothing',
      () => ({ hyperparameters: { replay: {} } }),
      'BAD_INPUT hyperparameters.replay',
    ],
    [
      'that compares with nothing',
      () => ({ hyperparameters: { compare: true } }),
      'BAD_INPUT hyperparameters.compare',
    ],
    [
      'that counts a source which it has not',
      () => ({ hyperparameters: { sourceShare: 0 } }),
      'BAD_INPUT hyperparameters.sourceShare',
    ],
    [
      'of several that has no source',
      () => ({ hyperparameters: { ensemble: true } }),
      'BAD_INPUT hyperparameters.ensemble',
    ],
    [
      'that replays what it learns',
      () => ({ base: null, from: versions.mood ?? 0, hyperparameters: { replay: {} } }),
      'BAD_INPUT hyperparameters.replay',
    ],
    [
      'that hides a domain which it does not see',
      () => ({
        base: null,
        domain: 'finance',
        from: versions.mood ?? 0,
        hyperparameters: { adversarial: 1 },
      }),
      'BAD_INPUT hyperparameters.adversarial',
    ],
    [
      'of a language with tasks',
      () => ({ task: { kind: 'PRETRAIN' }, hyperparameters: { tasks: ['mood'] } }),
      'BAD_INPUT hyperparameters.tasks',
    ],
  ])('%s is refused', async (_what, input, expected) => {
    expect((await refusal(input())).join(' ')).toBe(expected);
  });

  it('is nothing that an encoder’s task can start from', async () => {
    const classify = { kind: 'CLASSIFY' as const, labels: 'mood' };
    expect(await refusal({ task: classify })).toEqual(['BAD_INPUT', 'base']);
    const from = { base: null, from: versions.language ?? 0 };
    expect(await refusal({ task: classify, ...from })).toEqual(['BAD_INPUT', 'from']);
  });

  it('reads what its labels are about', async () => {
    expect((await ask({ name: 'of-events' })).request.text).toBe('EVENTS');
    const tier = { ...task, labels: 'tier' };
    expect((await ask({ name: 'of-customers', task: tier })).request.text).toBe('CUSTOMER');
    const written = await ask({ name: 'as-asked', task: tier, source: { text: 'EVENTS' } });
    expect(written.request.text).toBe('EVENTS');
  });

  it('goes on from another task, another domain, or a language', async () => {
    const mood = { base: null, from: versions.mood ?? 0 };
    const hyperparameters = { replay: { share: 0.3 }, adversarial: 0.1, compare: true };
    const bank = await ask({ name: 'bank', domain: 'finance', ...mood, hyperparameters });
    expect(bank.request).toMatchObject({ from: mood.from, hyperparameters });
    const tier = await ask({ name: 'tier', task: { ...task, labels: 'tier' }, ...mood });
    expect(tier.request.from).toBe(mood.from);
    const words = await ask({ name: 'words', base: null, from: versions.language ?? 0 });
    expect(words.request.from).toBe(versions.language);
  });
});
