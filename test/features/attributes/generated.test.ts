import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import sql from 'sql-template-tag';
import { attributesOf } from '../../../src/features/attributes/attributes.ts';
import { predictionsOf } from '../../../src/features/models/predictions.ts';
import { type AttributeWorld, makeAttributeWorld, NAMES, portrait } from './world.ts';

let world: AttributeWorld;
let [ann, bob] = [0, 0];
const versions = { first: 0, second: 0 };

beforeAll(async () => {
  world = await makeAttributeWorld();
  ann = await world.author('young and sporty');
  bob = await world.author('mumbles');
});
afterAll(() => world.end());
beforeEach(() => {
  world.asked.length = 0;
});

const write = (customer: number, text: string) =>
  world.db.query(sql`update event set text = ${text} where customer_id = ${customer}`);

const historyRows = async (customer: number) => {
  const rows = await world.db.query(
    sql`select from feature_store.attributes_v1 where k_customer_id = ${customer}`,
  );
  return rows.length;
};

describe('attributes that a text-to-text version generates', () => {
  it('are feature values with their confidence and version; what is unknown has none', async () => {
    versions.first = await world.publish(portrait('18-24'));
    world.clock.set('2026-03-01T13:00:00Z');
    expect(await world.refresh()).toEqual([1]);
    expect(await world.features(ann)).toEqual([
      ['18-24', 'PRESENT'],
      [0.9, 'PRESENT'],
      [versions.first, 'PRESENT'],
    ]);
    expect(await world.features(bob)).toEqual([
      [null, 'NULL_VALUE'],
      [0.4, 'PRESENT'],
      [versions.first, 'PRESENT'],
    ]);
    expect(await world.features(ann, ['interests'])).toEqual([[['sports'], 'PRESENT']]);
    expect(await world.features(bob, ['interests'])).toEqual([[[], 'PRESENT']]);
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
    expect(await world.features(bob, NAMES.slice(0, 1))).toEqual([['18-24', 'PRESENT']]);
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
    expect(await world.features(bob, NAMES.slice(0, 1), at[1])).toEqual([[null, 'NULL_VALUE']]);
  });

  it('are those of another version after the refresh that follows it, and after a rollback', async () => {
    versions.second = await world.publish(portrait('25-34'));
    world.clock.set('2026-03-01T15:00:00Z');
    await world.refresh();
    expect(await world.features(ann)).toEqual([
      ['25-34', 'PRESENT'],
      [0.9, 'PRESENT'],
      [versions.second, 'PRESENT'],
    ]);
    await world.activate(versions.first);
    world.clock.set('2026-03-01T16:00:00Z');
    await world.refresh();
    expect((await world.features(ann)).map(([value]) => value)).toEqual([
      '18-24',
      0.9,
      versions.first,
    ]);
  });

  it('are unknown again of who has written nothing any more', async () => {
    const carl = await world.author('young');
    await world.refresh();
    expect(await world.features(carl, NAMES.slice(0, 1))).toEqual([['18-24', 'PRESENT']]);
    await world.db.query(sql`update event set text = null where customer_id = ${carl}`);
    world.clock.set('2026-03-01T18:00:00Z');
    await world.refresh();
    expect(await world.features(carl, NAMES.slice(0, 1))).toEqual([[null, 'NULL_VALUE']]);
    expect(await attributesOf(world, [carl])).toEqual([[]]);
  });
});
