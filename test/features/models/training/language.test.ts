import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import sql from 'sql-template-tag';
import { isFinished } from '../../../../src/features/jobs/run.ts';
import { createBases } from '../../../../src/features/models/bases.ts';
import type { ModelTrainInput } from '../../../../src/features/models/input.ts';
import type { Predictor } from '../../../../src/features/models/predictor.ts';
import { modelTrain } from '../../../../src/features/models/train.ts';
import { beginRun } from '../../../../src/features/models/training/begin-run.ts';
import { prepareRun } from '../../../../src/features/models/training/prepare.ts';
import { versionById } from '../../../../src/features/models/version.ts';
import { createPredict } from '../../../../src/jobs/predictions.ts';
import { enqueue } from '../../../../src/jobs/queue.ts';
import type { TrainingRow, TrainingSpec } from '../../../../src/ml/run/spec.ts';
import { tester } from '../../../jobs/world.ts';
import { makeFolder } from '../../artefacts/make-folder.ts';
import { type ModelWorld, makeModelWorld } from '../world.ts';

let world: ModelWorld;
beforeAll(async () => {
  const made = await makeModelWorld();
  const t5 = join(made.home, 'models', 'some-t5');
  mkdirSync(t5, { recursive: true });
  writeFileSync(join(t5, 'config.json'), JSON.stringify({ model_type: 't5' }));
  const bases = createBases([join(made.home, 'models')]);
  world = { ...made, bases: { find: (name) => made.bases.find(name) ?? bases.find(name) } };
  for (const [text, label] of [
    ...[['好极了', 'good'] as const, ['太差了', 'bad'] as const, ['还不错', 'good'] as const],
    ...[['lovely', 'good'] as const, ['awful', 'bad'] as const],
  ])
    await world.author(text, label);
  await world.author('lovely loan', 'good', 'finance');
  await world.author('awful loan', 'bad', 'finance');
});
afterAll(() => world.end());

const source = { text: 'CUSTOMER' as const };
const generate: Partial<ModelTrainInput> = {
  ...{ task: { kind: 'GENERATE', labels: 'mood' }, base: 'some-t5', source },
};

/** What a training that is asked for would learn from: its spec, and the rows of a file of its folder. */
async function prepared(input: Partial<ModelTrainInput>, file = 'rows.jsonl') {
  const { id } = await modelTrain(world, tester, {
    ...{ name: 'mood', task: { kind: 'CLASSIFY', labels: 'mood' }, domain: 'retail', source },
    ...input,
  });
  const run = await world.db.transaction((tx) => beginRun(tx, id, world.clock.now()));
  if (!run) throw new Error('There is no run to prepare');
  const folder = join(world.home, 'prepared', id);
  const spec = await prepareRun(world, run, folder, new AbortController().signal);
  const lines = readFileSync(join(folder, file), 'utf8').trim().split('\n');
  await world.db.query(sql`delete from training_run where id = ${id}::uuid`);
  return {
    spec: spec as TrainingSpec,
    languages: lines.map((line) => languageOf((JSON.parse(line) as TrainingRow).text)),
  };
}

const languageOf = (text = '') =>
  /^(?:retail|finance) customer\b/.test(text)
    ? 'en'
    : /^(?:零售|金融)客户/.test(text)
      ? 'zh'
      : text;

describe('a training on customers in words', () => {
  it('tells of all of them in the main language of the domain, and says which', async () => {
    const { spec, languages } = await prepared({});
    expect(spec.language).toBe('zh');
    expect(languages).toEqual(['zh', 'zh', 'zh', 'zh', 'zh']);
    const finance = await prepared({ name: 'of-finance', domain: 'finance' });
    expect(finance).toMatchObject({ spec: { language: 'en' }, languages: ['en', 'en'] });
  });

  it.each([
    ['en', 'en'],
    ['zh', 'zh'],
    ['auto', 'zh'],
  ])(
    'takes the language of its hyper-parameters, %s, for its further tasks too',
    async (language, told) => {
      const domain = await world.domain('retail');
      await world.db.query(sql`
      insert into label (customer_id, domain_id, task, value, at, source)
      select customer_id, domain_id, 'tone', value, at, source from label
      where task = 'mood' and domain_id = ${domain}`);
      const hyperparameters = { language, tasks: ['tone'] };
      const asked = { ...generate, name: `words-${language}`, hyperparameters };
      const main = await prepared(asked);
      expect(main.spec).toMatchObject({ language: told, hyperparameters: { language } });
      const further = await prepared(asked, 'task-1.jsonl');
      expect([main.languages, further.languages].flat()).toEqual(new Array(10).fill(told));
      await world.db.query(sql`delete from label where task = 'tone'`);
    },
  );

  it('has no language where it reads what customers wrote', async () => {
    const { spec, languages } = await prepared({ source: { text: 'EVENTS' } });
    expect(spec).not.toHaveProperty('language');
    expect(languages).toEqual(['好极了', '太差了', '还不错', 'lovely', 'awful']);
  });
});

/** A version of a text-to-text model of retail, as a training in a language, or in none, would have left it. */
async function retailVersion(name: string, language?: 'zh' | 'en'): Promise<number> {
  const manifest = {
    task: { kind: 'GENERATE', labels: ['bad', 'good'], name: 'mood' },
    ...{ several: false, language: language ?? 'zh', maxLength: 64, maxTokens: 8 },
    ...{ leastConfidence: null, beams: 1 },
  };
  const files = { 'cameo.json': JSON.stringify({ ...manifest, name }) };
  const artefact = await world.artefacts.publish(makeFolder(world.home, name, files));
  const id = await world.addVersion(name, 'GENERATE', 'mood', { maxTokens: 8 });
  const spec = {
    ...{ task: manifest.task, text: 'CUSTOMER', seed: 0, base: 'models/base-t5' },
    ...(language && { language }),
  };
  await world.db.query(sql`
    update model_version set artefact = ${artefact}, spec = ${JSON.stringify(spec)} where id = ${id}`);
  return id;
}

describe('a transfer from a version of another domain', () => {
  it('reads its own domain in its language, and the rows to replay in that of the version', async () => {
    const to = { ...generate, name: 'carried', domain: 'finance', base: null };
    const hyperparameters = { replay: { share: 0.2 } };
    const asked = { ...to, from: await retailVersion('retail-zh', 'zh'), hyperparameters };
    expect(await prepared(asked)).toMatchObject({
      // What the version was trained from, which the training starts half-way from.
      spec: { language: 'en', root: 'models/base-t5' },
      languages: ['en', 'en'],
    });
    expect((await prepared(asked, 'source.jsonl')).languages).toEqual(new Array(5).fill('zh'));
    const english = { ...asked, from: await retailVersion('retail-en', 'en') };
    expect((await prepared(english, 'source.jsonl')).languages).toEqual(new Array(5).fill('en'));
  });

  it('replays the rows of a version without a language each in its own', async () => {
    const from = await retailVersion('retail-old');
    const asked = { ...generate, name: 'carried', domain: 'finance', base: null, from };
    const { languages } = await prepared(asked, 'source.jsonl');
    expect(languages).toEqual(['zh', 'zh', 'zh', 'en', 'en']);
  });
});

describe('a version', () => {
  const asked: string[] = [];
  const watched: Predictor = {
    predict(folder, rows) {
      asked.push(...rows.map(({ text }) => languageOf(text)));
      return world.predictor.predict(folder, rows);
    },
  };

  /** Asks it about all customers whose data has changed. */
  async function refresh(versionId: number): Promise<string[]> {
    asked.length = 0;
    const predict = createPredict({ ...world, predictor: watched });
    const { id } = await enqueue(world.db, predict, { versionId, after: 0, upTo: 1_000_000 });
    const worker = await world.work([predict]);
    expect((await world.until(id, isFinished)).state).toBe('DONE');
    await worker.stop();
    return asked;
  }

  it('is asked in the language that it has learnt, whatever most customers speak by then', async () => {
    const worker = await world.work([world.jobs.train]);
    const { versionId } = await world.ended((await world.train({ source })).id);
    await worker.stop();
    const version = await versionById(world.db, tester, versionId ?? 0);
    expect(version?.spec.language).toBe('zh');
    expect(await refresh(versionId ?? 0)).toEqual(['zh', 'zh', 'zh', 'zh', 'zh']);
    // The majority turns: those who were asked are not asked again, those who are new are told of alike.
    for (const text of ['fine', 'great', 'superb']) await world.author(text);
    expect(await refresh(versionId ?? 0)).toEqual(['zh', 'zh', 'zh']);
    expect((await prepared({})).spec.language).toBe('en');
    await world.db.query(sql`
      update model_version set spec = spec - 'language' where id = ${versionId}`);
    // As versions of before are: in each customer's own.
    expect(await refresh(versionId ?? 0)).toEqual(['en', 'en', 'en', 'en', 'en']);
  });
});
