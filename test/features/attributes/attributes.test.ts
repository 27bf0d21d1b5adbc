import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import sql from 'sql-template-tag';
import { attributesOf } from '../../../src/features/attributes/attributes.ts';
import { defineAttributes } from '../../../src/features/attributes/define.ts';
import { definitions } from '../../../src/features/definitions/definitions.ts';
import { customerMerge } from '../../../src/features/identity/customer-merge.ts';
import { predictShard } from '../../../src/features/models/predict/predict-shard.ts';
import { predictionsOf } from '../../../src/features/models/predictions.ts';
import { featureValuesOf } from '../../../src/features/serving/feature-values.ts';
import { createFeatureStore } from '../../../src/features/store/store.ts';
import { signpost, tester } from '../../jobs/world.ts';
import { type AttributeWorld, makeAttributeWorld, type Says } from './world.ts';

let world: AttributeWorld;
let [ann, bob] = [0, 0];
const versions = { first: 0, second: 0 };

beforeAll(async () => {
  world = await makeAttributeWorld();
  ann = await world.author('young and sporty');
  bob = await world.author('mumbles');
});
beforeEach(() => {
  world.asked.length = 0;
});
afterAll(() => world.end());

/** An age band where the text tells one, and interests. */
const says =
  (band: string): Says =>
  (text) => [
    text.includes('young')
      ? { value: band, probability: 0.9, uncertainty: 0.2 }
      : { value: null, probability: 0.4, uncertainty: 0.9 },
    {
      ...{ task: 'interests', several: true, probability: 0.8, uncertainty: 0.3 },
      value: text.includes('sporty') ? ['sports'] : [],
    },
  ];

const NAMES = [
  'attributes:age_band',
  'attributes:age_band_confidence',
  'attributes:age_band_version',
];

/** A customer's features as [value, status]. */
async function features(customer: number, names = NAMES, at?: string) {
  const [values = []] = await featureValuesOf(world.store, [customer], {
    names,
    ...(at !== undefined && { at: new Date(at) }),
  });
  return values.map(({ value, status }) => [value, status]);
}

const write = (customer: number, text: string) =>
  world.db.query(sql`update event set text = ${text} where customer_id = ${customer}`);

/** Once some transaction waits for another's lock. */
async function waitsForLock(): Promise<void> {
  for (;;) {
    const waiting = await world.db.query(sql`select from pg_locks where not granted`);
    if (waiting.length > 0) return;
  }
}

const historyRows = async (customer: number) => {
  const rows = await world.db.query(
    sql`select from feature_store.attributes_v1 where k_customer_id = ${customer}`,
  );
  return rows.length;
};

describe('attributes that a text-to-text version generates', () => {
  it('are feature values with their confidence and version; what is unknown has none', async () => {
    versions.first = await world.publish({
      ...{ model: 'portrait', task: 'age_band', further: ['interests'] },
      says: says('18-24'),
    });
    world.clock.set('2026-03-01T13:00:00Z');
    expect(await world.refresh()).toEqual([1]);
    expect(await features(ann)).toEqual([
      ['18-24', 'PRESENT'],
      [0.9, 'PRESENT'],
      [versions.first, 'PRESENT'],
    ]);
    expect(await features(bob)).toEqual([
      [null, 'NULL_VALUE'],
      [0.4, 'PRESENT'],
      [versions.first, 'PRESENT'],
    ]);
    expect(await features(ann, ['interests'])).toEqual([[['sports'], 'PRESENT']]);
    expect(await features(bob, ['interests'])).toEqual([[[], 'PRESENT']]);
  });

  it('are found by segment rules, and are no predictions where they are unknown', async () => {
    const entry = world.store.customerFeatureSql('attributes:age_band', 'now');
    expect(await world.db.query(entry?.valueSql ?? sql``)).toEqual([
      { customer_id: ann, value: '18-24' },
    ]);
    const [ofAnn, ofBob] = await predictionsOf(world.db, [ann, bob]);
    expect(ofAnn?.map(({ task }) => task)).toEqual(['age_band', 'interests']);
    expect(ofBob?.map(({ task }) => task)).toEqual(['interests']);
  });

  it('are asked for again, and written again, only where something has changed', async () => {
    await write(bob, 'young by now');
    world.clock.set('2026-03-01T14:00:00Z');
    await world.refresh();
    expect(world.asked).toEqual(['young by now']);
    expect(await features(bob, NAMES.slice(0, 1))).toEqual([['18-24', 'PRESENT']]);
    await world.refresh();
    await write(ann, 'young and sporty indeed');
    await world.refresh();
    expect(world.asked).toEqual(['young by now', 'young and sporty indeed']);
    // Ann is said to be what she was.
    expect([await historyRows(ann), await historyRows(bob)]).toEqual([1, 2]);
  });

  it('are kept as they were known, for training sets', async () => {
    const at = ['12:59', '13:30', '14:30'].map((time) => `2026-03-01T${time}:00Z`);
    const rows = at.map((each) => ({ customer_id: bob, at: new Date(each) }));
    const then = await world.store.historical({
      rows,
      features: NAMES.slice(0, 2),
      knownAt: 'row',
    });
    expect(
      then.map(({ age_band, age_band_confidence }) => [age_band, age_band_confidence]),
    ).toEqual([
      [null, null],
      [null, 0.4],
      ['18-24', 0.9],
    ]);
    expect(await features(bob, NAMES.slice(0, 1), at[1])).toEqual([[null, 'NULL_VALUE']]);
  });

  it('are those of another version after the refresh that follows it, and after a rollback', async () => {
    versions.second = await world.publish({
      ...{ model: 'portrait', task: 'age_band', further: ['interests'] },
      says: says('25-34'),
    });
    world.clock.set('2026-03-01T15:00:00Z');
    await world.refresh();
    expect(await features(ann)).toEqual([
      ['25-34', 'PRESENT'],
      [0.9, 'PRESENT'],
      [versions.second, 'PRESENT'],
    ]);
    await world.activate(versions.first);
    world.clock.set('2026-03-01T16:00:00Z');
    await world.refresh();
    expect((await features(ann)).map(([value]) => value)).toEqual(['18-24', 0.9, versions.first]);
  });

  it('stay when another model writes another attribute of the same customer', async () => {
    await world.publish({
      ...{ model: 'stage', task: 'life stage' },
      says: () => [{ value: 'student', probability: 0.7, uncertainty: 0.5 }],
    });
    await world.refresh();
    const views = world.store.list().views.filter(({ name }) => name === 'attributes');
    const stage = views[0]?.features.find(({ name }) => /^life_stage_h[0-9a-f]{8}$/.test(name));
    expect(await features(ann, [...NAMES.slice(0, 1), `attributes:${stage?.name}`])).toEqual([
      ['18-24', 'PRESENT'],
      ['student', 'PRESENT'],
    ]);
  });

  it('are the later promoted model’s where two have the same task', async () => {
    world.clock.set('2026-03-01T17:00:00Z');
    const id = await world.publish({
      ...{ model: 'hobbies', task: 'interests' },
      says: () => [{ value: ['chess'], several: true, probability: 0.6, uncertainty: 0.6 }],
    });
    await world.refresh();
    const names = ['attributes:interests', 'attributes:interests_version', 'attributes:age_band'];
    expect((await features(ann, names)).map(([value]) => value)).toEqual([['chess'], id, '18-24']);
    await world.refresh();
    expect((await features(ann, names)).map(([value]) => value)).toEqual([['chess'], id, '18-24']);
  });

  it('are all there when two models write those of one customer at once', async () => {
    const [young, other] = ['portrait', 'stage'].map(async (model) => {
      const [{ id = 0 } = {}] = await world.db.query<{ id: number }>(
        sql`select active_version_id as id from model where name = ${model}`,
      );
      return id;
    });
    const dora = await world.author('young');
    const shard = { after: dora - 1, upTo: dora };
    const writes = [
      await predictShard(world, { versionId: (await young) ?? 0, ...shard }),
      await predictShard(world, { versionId: (await other) ?? 0, ...shard }),
    ];
    // The second begins while the first has not committed, and ends when it has.
    const { reached, reach } = signpost();
    const first = world.db.transaction(async (tx) => {
      await writes[0]?.(tx);
      reach();
      await waitsForLock();
    });
    await reached;
    await Promise.all([first, world.db.transaction(async (tx) => writes[1]?.(tx))]);
    const [values = []] = await featureValuesOf(world.store, [dora], {});
    const told = values.filter(({ view }) => view === 'attributes').map(({ value }) => value);
    expect(told).toEqual(expect.arrayContaining(['18-24', 'student']));
  });

  it('are unknown again of who has written nothing any more', async () => {
    const carl = await world.author('young');
    await world.refresh();
    expect(await features(carl, NAMES.slice(0, 1))).toEqual([['18-24', 'PRESENT']]);
    await world.db.query(sql`update event set text = null where customer_id = ${carl}`);
    world.clock.set('2026-03-01T18:00:00Z');
    await world.refresh();
    expect(await features(carl, NAMES.slice(0, 1))).toEqual([[null, 'NULL_VALUE']]);
    expect(await attributesOf(world, [carl])).toEqual([[]]);
  });
});

describe('a customer who is merged into another', () => {
  it('brings the attributes: they are features of the other after the next refresh', async () => {
    const [dana, eve] = [await world.author('young too'), await world.author('young, too')];
    await world.refresh();
    // Eve has nothing of her own any more when Dana's texts and predictions come to her.
    await world.db.query(sql`delete from event where customer_id = ${eve}`);
    await world.refresh();
    expect(await features(eve, NAMES.slice(0, 1))).toEqual([[null, 'NULL_VALUE']]);
    await customerMerge(world, tester, { into: { id: String(eve) }, from: { id: String(dana) } });
    world.clock.set('2026-03-01T19:00:00Z');
    await world.refresh();
    expect(await features(eve, NAMES.slice(0, 1))).toEqual([['18-24', 'PRESENT']]);
  });
});

describe('a process that did not know of an attribute', () => {
  it('takes it in, and two that add some at once both have them in the end', async () => {
    const stores = [0, 1].map(() => createFeatureStore({ ...world, definitions, print: () => {} }));
    await Promise.all(
      stores.map((store, at) =>
        defineAttributes({ db: world.db, store }, new Map([[`extra_${at}`, false]])),
      ),
    );
    for (const store of [...stores, world.store]) {
      await defineAttributes({ db: world.db, store }, new Map());
      const names = store.registry.views.get('attributes')?.features.map(({ name }) => name);
      expect(names).toEqual(expect.arrayContaining(['age_band', 'extra_0', 'extra_1']));
    }
    // Started again, it still has all that was defined.
    await stores[0]?.apply();
    expect(await features(ann, NAMES.slice(0, 1))).toEqual([['18-24', 'PRESENT']]);
  });
});

describe('a label about a customer', () => {
  it('speaks in the model’s place, the newest one; one about a text, or of a time to come, does not', async () => {
    const label = async (
      task: string,
      value: string,
      at: string,
      messageId: string | null = null,
    ) =>
      world.db.query(sql`
        insert into label (customer_id, domain_id, task, message_id, value, at, source, created_at)
        select id, domain_id, ${task}, ${messageId}, ${JSON.stringify(value)}::jsonb, ${at}, 'desk', ${at}
        from customer where id = ${ann}`);
    await label('age_band', '65+', '2026-02-03T00:00:00Z', 'message 1');
    await label('age_band', 'never', '2027-01-01T00:00:00Z');
    const [[before] = []] = await attributesOf(world, [ann], ['age_band']);
    expect(before).toMatchObject({ value: '18-24', source: 'MODEL', confidence: 0.9 });
    await label('age_band', '35-44', '2026-02-02T00:00:00Z');
    await label('age_band', '45-54', '2026-02-01T00:00:00Z');
    const [[after] = [], [none] = []] = await attributesOf(world, [ann, bob], ['age_band']);
    expect(after).toEqual({
      ...{ customerId: ann, name: 'age_band', value: '35-44', unknown: false, confidence: null },
      ...{ source: 'LABEL', versionId: versions.first, at: new Date('2026-02-02T00:00:00Z') },
    });
    expect(none?.source).toBe('MODEL');
  });

  it('speaks also of who has no prediction', async () => {
    const [{ id = 0 } = {}] = await world.db.query<{ id: number }>(sql`
      insert into customer (domain_id) select domain_id from customer where id = ${ann} returning id`);
    await world.db.query(sql`
      insert into label (customer_id, domain_id, task, value, at, source, created_at)
      select id, domain_id, 'age_band', '"25-34"', '2026-02-01', 'desk', '2026-02-01'
      from customer where id = ${id}`);
    const [own = []] = await attributesOf(world, [id]);
    expect(own.map(({ name, value, source }) => [name, value, source])).toEqual([
      ['age_band', '25-34', 'LABEL'],
    ]);
  });
});
