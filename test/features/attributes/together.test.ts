import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import sql from 'sql-template-tag';
import { defineAttributes } from '../../../src/features/attributes/define.ts';
import { followAttributes } from '../../../src/features/attributes/follow.ts';
import { definitions } from '../../../src/features/definitions/definitions.ts';
import { customerMerge } from '../../../src/features/identity/customer-merge.ts';
import { predictShard } from '../../../src/features/models/predict/predict-shard.ts';
import { featureValuesOf } from '../../../src/features/serving/feature-values.ts';
import { createFeatureStore } from '../../../src/features/store/store.ts';
import { signpost, tester } from '../../jobs/world.ts';
import { type AttributeWorld, makeAttributeWorld, NAMES, portrait } from './world.ts';

let world: AttributeWorld;
let ann = 0;

beforeAll(async () => {
  world = await makeAttributeWorld();
  ann = await world.author('young and sporty');
  await world.publish(portrait('18-24'));
  await world.refresh();
});
afterAll(() => world.end());

/** Once some transaction waits for another's lock. */
async function waitsForLock(): Promise<void> {
  for (;;) {
    const waiting = await world.db.query(sql`select from pg_locks where not granted`);
    if (waiting.length > 0) return;
  }
}

const activeVersion = async (model: string): Promise<number> => {
  const [{ id = 0 } = {}] = await world.db.query<{ id: number }>(
    sql`select active_version_id as id from model where name = ${model}`,
  );
  return id;
};

describe('attributes of several models', () => {
  it('stay when another model writes another attribute of the same customer', async () => {
    await world.publish({
      ...{ model: 'stage', task: 'life stage' },
      says: () => [{ value: 'student', probability: 0.7, uncertainty: 0.5 }],
    });
    await world.refresh();
    const views = world.store.list().views.filter(({ name }) => name === 'attributes');
    const stage = views[0]?.features.find(({ name }) => /^life_stage_h[0-9a-f]{8}$/.test(name));
    expect(await world.features(ann, [...NAMES.slice(0, 1), `attributes:${stage?.name}`])).toEqual([
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
    expect((await world.features(ann, names)).map(([value]) => value)).toEqual([
      ['chess'],
      id,
      '18-24',
    ]);
    await world.refresh();
    expect((await world.features(ann, names)).map(([value]) => value)).toEqual([
      ['chess'],
      id,
      '18-24',
    ]);
  });

  it('are all there when two models write those of one customer at once', async () => {
    const dora = await world.author('young');
    const shard = { after: dora - 1, upTo: dora };
    const writes = [
      await predictShard(world, { versionId: await activeVersion('portrait'), ...shard }),
      await predictShard(world, { versionId: await activeVersion('stage'), ...shard }),
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
});

describe('a customer who is merged into another', () => {
  it('brings the attributes: they are features of the other after the next refresh', async () => {
    const [dana, eve] = [await world.author('young too'), await world.author('young, too')];
    await world.refresh();
    // Eve has nothing of her own any more when Dana's texts and predictions come to her.
    await world.db.query(sql`delete from event where customer_id = ${eve}`);
    await world.refresh();
    expect(await world.features(eve, NAMES.slice(0, 1))).toEqual([[null, 'NULL_VALUE']]);
    await customerMerge(world, tester, { into: { id: String(eve) }, from: { id: String(dana) } });
    world.clock.set('2026-03-01T19:00:00Z');
    await world.refresh();
    expect(await world.features(eve, NAMES.slice(0, 1))).toEqual([['18-24', 'PRESENT']]);
  });
});

describe('a process that did not know of an attribute', () => {
  it('hears of it while it runs', async () => {
    const store = createFeatureStore({ ...world, definitions, print: () => {} });
    const following = await followAttributes({ ...world, store }, world.notifications);
    await defineAttributes(world, new Map([['traits', true]]));
    const found = () =>
      store.registry.views.get('attributes')?.features.find(({ name }) => name === 'traits');
    while (!found()) await world.db.query(sql`select 1`);
    expect(found()?.type).toEqual({ kind: 'list', item: 'text' });
    await following.close();
  });

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
    expect(await world.features(ann, NAMES.slice(0, 1))).toEqual([['18-24', 'PRESENT']]);
  });
});
