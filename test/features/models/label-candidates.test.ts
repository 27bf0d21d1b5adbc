import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import sql from 'sql-template-tag';
import { labelsImport } from '../../../src/features/events/labels-import.ts';
import {
  type LabelCandidateRow,
  labelCandidates,
} from '../../../src/features/models/label-candidates.ts';
import { requireModel } from '../../../src/features/models/model.ts';
import { retrainDue } from '../../../src/features/models/retrain.ts';
import { buildTrainingRows } from '../../../src/features/training/rows.ts';
import { tester } from '../../jobs/world.ts';
import { type AttributeWorld, makeAttributeWorld } from '../attributes/world.ts';

let world: AttributeWorld;
let domainId: number;
beforeAll(async () => {
  world = await makeAttributeWorld();
  domainId = await world.domain('retail');
});
afterAll(() => world.end());

/** Ten customers of whom a model is the less sure the longer they have been there. */
async function people(model: string, task: string, kind: 'CLASSIFY' | 'GENERATE' | 'REGRESS') {
  const ids: number[] = [];
  for (let i = 0; i < 10; i += 1) ids.push(await world.author(`${model} text ${i}`));
  await world.publish({
    ...{ model, task, kind },
    says: (text) => {
      const place = Number(text.split(' ').at(-1));
      if (!text.startsWith(model)) return [{ value: null, probability: 1, uncertainty: 0 }];
      if (kind === 'REGRESS') return [{ value: 10 * place, probability: null, uncertainty: null }];
      return [
        { value: place > 4 ? 'good' : null, probability: place / 10, uncertainty: 1 - place / 10 },
      ];
    },
  });
  await world.refresh(model);
  return ids;
}

const candidatesOf = async (model: string, first = 3): Promise<LabelCandidateRow[]> =>
  labelCandidates(world, await requireModel(world.db, tester, model, []), { first });
const idsOf = (rows: readonly LabelCandidateRow[]) => rows.map(({ customerId }) => customerId);

const label = (task: string, customerId: number, value: unknown, at = '2026-02-01T00:00:00Z') =>
  labelsImport(world, tester, {
    ...{ domain: 'retail', task },
    labels: [{ customer: { id: String(customerId) }, value, at: new Date(at) }],
  });

describe.each(['GENERATE', 'CLASSIFY'] as const)('candidates for labels of %s', (kind) => {
  const model = `unsure-${kind.toLowerCase()}`;

  it('are those that the model is least sure about, with what it says; nobody who has a label', async () => {
    const ids = await people(model, model, kind);
    const first = await candidatesOf(model, 2);
    expect(first).toEqual([
      { customerId: ids[0], value: null, confidence: 0, uncertainty: 1 },
      { customerId: ids[1], value: null, confidence: 0.1, uncertainty: 0.9 },
    ]);
    await label(model, ids[0] as number, 'good');
    expect(idsOf(await candidatesOf(model, 2))).toEqual(ids.slice(1, 3));
  });

  it('are one of those that show the model the same', async () => {
    const [second, third] = idsOf(await candidatesOf(model, 2));
    await world.db.query(sql`
      update prediction set input_hash = 'the same' where customer_id in (${second}, ${third})
        and task = ${model}`);
    expect(idsOf(await candidatesOf(model, 2))).toEqual([second, (third as number) + 1]);
  });
});

describe('candidates for labels', () => {
  it('are unlike each other where embeddings tell', async () => {
    const ids = await people('embedded', 'embedded', 'GENERATE');
    await world.db.query(sql`
      insert into embedding_model (model, version, serving, dimensions, domain, activated_at)
      values ('words', '1', '1', 2, 'retail', '2026-01-01')`);
    await world.db.query(sql`
      insert into embedding (customer_id, model, version, domain_id, "values", text_hash, at)
      select id, 'words', '1', ${domainId},
        case when id = ${ids[9]} then '{0,1}'::real[] else '{1,0}'::real[] end, '', '2026-01-01'
      from customer`);
    await world.db.query(sql`update prediction set uncertainty = 0.9 where task = 'embedded'`);
    const found = idsOf(await candidatesOf('embedded', 2));
    // Whoever else is taken first, the one that is unlike the others comes with them.
    expect(found).toContain(ids[9]);
    expect(await candidatesOf('embedded', 2)).toEqual(await candidatesOf('embedded', 2));
  });

  it('are nobody of a task that events tell', async () => {
    await people('habits', 'next_behaviour', 'GENERATE');
    await expect(candidatesOf('habits')).rejects.toMatchObject({
      ...{ field: ['task'], message: expect.stringContaining('learnt from events') },
    });
  });

  it('of a number are those farthest from what is known', async () => {
    const ids = await people('amount', 'amount', 'REGRESS');
    await world.db.query(sql`delete from prediction where value = 'null'::jsonb or value is null`);
    await label('amount', ids[0] as number, 0);
    expect(idsOf(await candidatesOf('amount', 2))).toEqual([ids[9], ids[4]]);
    await expect(candidatesOf('amount', 101)).rejects.toMatchObject({ field: ['first'] });
  });
});

describe('a correction by labelsImport', () => {
  it('is what the next training learns: it is due, for any of its tasks, and the newest label counts', async () => {
    const task = 'corrected';
    const [ann = 0, bob = 0] = await people('corrected', task, 'GENERATE');
    const rows = async () => {
      const request = { domain: { id: domainId, key: 'retail' }, text: 'EVENTS' as const };
      const labels: unknown[] = [];
      const drawn = buildTrainingRows(world, {
        ...request,
        task: { kind: 'GENERATE', labels: task },
      });
      for await (const row of drawn) labels.push([Number(row.group), row.label]);
      return labels;
    };
    await label(task, ann, 'student', '2026-02-01T00:00:00Z');
    await label(task, bob, 'parent', '2026-02-01T00:00:00Z');
    expect(await rows()).toEqual([
      [ann, 'student'],
      [bob, 'parent'],
    ]);
    const due = () =>
      world.db.query(sql`
      update model set cron = '0 2 * * *', next_retrain_at = ${world.clock.now()},
        training = '{"text": "EVENTS", "hyperparameters": {}, "seed": 0}'
      where name = 'corrected'`);
    const ran = () =>
      world.db.query(sql`
      update training_run set state = 'DONE', under_way = null, started_at = ${world.clock.now()},
        finished_at = ${world.clock.now()}`);
    await due();
    expect(await retrainDue(world)).toHaveLength(1);
    await ran();
    world.clock.set('2026-03-01T13:00:00Z');
    await due();
    expect(await retrainDue(world)).toEqual([]);
    await label(task, ann, 'employed', '2026-02-20T00:00:00Z');
    world.clock.set('2026-03-01T14:00:00Z');
    await due();
    expect(await retrainDue(world)).toHaveLength(1);
    expect(await rows()).toEqual([
      [ann, 'employed'],
      [bob, 'parent'],
    ]);
    await ran();
    await world.db.query(sql`
      update model_version set hyperparameters = '{"tasks": [{"name": "beside"}]}'
      where id = (select active_version_id from model where name = 'corrected')`);
    world.clock.set('2026-03-01T15:00:00Z');
    await label('beside', bob, 'yes', '2026-02-20T00:00:00Z');
    await due();
    expect(await retrainDue(world)).toHaveLength(1);
  });
});

// Last: whatever refreshes the domain would go through all of them.
describe('candidates for labels among 12,000 customers', () => {
  let all: { id: number; number: number }[];
  beforeAll(async () => {
    for (const kind of ['CLASSIFY', 'REGRESS'] as const)
      await world.publish({
        ...{ model: `many-${kind}`, task: `many-${kind}`, kind },
        says: () => [],
      });
    await world.db.query(sql`select setseed(0.5)`);
    // Most numbers are small, a few very large; the larger, the less sure the model of classes is.
    all = await world.db.query(sql`
      with c as (insert into customer (domain_id)
        select ${domainId} from generate_series(1, 12000) returning id),
      drawn as materialized (select id, round((random() ^ 9 * 1e6)::numeric)::float8 as number from c),
      made as (
        insert into prediction (customer_id, task, version_id, value, uncertainty, reasons, input_hash, at)
        select drawn.id, m.name, m.active_version_id,
          case m.kind when 'REGRESS' then to_jsonb(number) else '"good"' end,
          case m.kind when 'REGRESS' then null else number / 1e6 end, '[]', drawn.id::text, '2026-01-01'
        from drawn, model m where starts_with(m.name, 'many-'))
      select id, number from drawn order by number desc, id`);
    await world.db.query(sql`delete from embedding`);
    await world.db.query(sql`analyze customer, prediction, label`);
  });

  it('are the least sure ones of all', async () => {
    expect(idsOf(await candidatesOf('many-CLASSIFY', 50))).toEqual(
      all.slice(0, 50).map(({ id }) => id),
    );
  });

  it('of a number are about as far from what is known and taken as anybody', async () => {
    const labelled = all.filter((_, place) => place % 40 === 7);
    await world.db.query(sql`
      insert into label (customer_id, domain_id, task, value, at, source)
      select id, ${domainId}, 'many-REGRESS', to_jsonb(number), '2026-01-01', 'test'
      from jsonb_to_recordset(${JSON.stringify(labelled)}::jsonb) as l (id int, number float8)`);
    let left = all
      .filter(({ id }) => !labelled.some((one) => one.id === id))
      .map(({ id, number }) => {
        return {
          id,
          number,
          far: Math.min(...labelled.map((one) => Math.abs(one.number - number))),
        };
      });
    const numbers = left.map(({ number }) => number);
    const step = (Math.max(...numbers) - Math.min(...numbers)) / 4_000;
    const found = await candidatesOf('many-REGRESS', 40);
    expect(found).toHaveLength(40);
    for (const { customerId, value } of found) {
      const taken = left.find(({ id }) => id === customerId);
      expect(taken?.number).toBe(value);
      const farthest = Math.max(...left.map(({ far }) => far));
      expect(taken?.far).toBeGreaterThanOrEqual(farthest - 2 * step);
      left = left
        .filter((one) => one !== taken)
        .map((one) => ({
          ...one,
          far: Math.min(one.far, Math.abs(one.number - (value as number))),
        }));
    }
  }, 30_000);
});
