import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import sql from 'sql-template-tag';
import { segmentsOf } from '../../../src/features/segments/membership.ts';
import { segmentSave } from '../../../src/features/segments/save.ts';
import { failingSegments, segmentByKey } from '../../../src/features/segments/segment.ts';
import { refreshSegments } from '../../../src/features/segments/store/refresh-segments.ts';
import { changesOfBatch } from '../../../src/features/segments/store/write-changes.ts';
import { createWorld, DAY, NOON, type World } from './support/world.ts';

/** A feature store that can be broken on purpose. */
const feature = { broken: false };
let world: World;
beforeEach(async () => {
  feature.broken = false;
  world = await createWorld({
    features: {
      lookup: (name) =>
        name === 'spend'
          ? {
              valueSql: feature.broken
                ? sql`select id as customer_id, to_jsonb(1 / 0) as value from customer`
                : sql`select id as customer_id, '5'::jsonb as value from customer`,
            }
          : undefined,
    },
    predictions: { lookup: () => undefined },
  });
});
afterEach(() => world.close());

const save = async (key: string, rule: object) => {
  const { userErrors } = await segmentSave(world.deps, world.actor, { key, rule });
  expect(userErrors).toEqual([]);
};
const noonPlus = (ms: number) => new Date(Date.parse(NOON) + ms);
const stays = async (customerId: number) =>
  (
    await world.deps.db.query<{
      key: string;
      entered: Date;
      exited: Date | null;
      next: Date | null;
    }>(sql`
      select s.key, m.entered_at as entered, m.exited_at as exited, m.next_transition_at as next
      from segment_membership m join segment s on s.id = m.segment_id
      where m.customer_id = ${customerId} order by m.entered_at, s.key`)
  ).map(({ key, entered, exited, next }) => ({ key, entered, exited, next }));

const WEEK = { event: { type: 'visit', within: '7d' } };

describe('time', () => {
  it('ends a stay to the millisecond, with no event and however late the tick is', async () => {
    const id = await world.customer();
    await world.event(id, 'visit', 2 * DAY);
    await save('active', WEEK);
    const leaves = noonPlus(5 * DAY + 1);
    expect(await stays(id)).toEqual([
      { key: 'active', entered: noonPlus(0), exited: null, next: leaves },
    ]);
    world.deps.clock.set(noonPlus(5 * DAY));
    await world.tick();
    expect((await stays(id))[0]?.exited).toBeNull();
    world.deps.clock.set(noonPlus(9 * DAY));
    await world.tick();
    expect(await stays(id)).toEqual([
      { key: 'active', entered: noonPlus(0), exited: leaves, next: null },
    ]);
  });

  it('lets people in as well, and carries over to segments that use the segment', async () => {
    const id = await world.customer();
    await world.event(id, 'visit', 2 * DAY);
    await save('active', WEEK);
    await save('gone', { not: { segment: 'active' } });
    await save('waiting', { event: { type: 'visit', from: '14d', to: '7d' } });
    world.deps.clock.set(noonPlus(20 * DAY));
    await world.tick();
    expect(await stays(id)).toEqual([
      { key: 'active', entered: noonPlus(0), exited: noonPlus(5 * DAY + 1), next: null },
      { key: 'waiting', entered: noonPlus(5 * DAY), exited: noonPlus(12 * DAY + 1), next: null },
      { key: 'gone', entered: noonPlus(5 * DAY + 1), exited: null, next: null },
    ]);
  });

  it('dates a transition that a full refresh finds at its own instant too', async () => {
    const id = await world.customer();
    await world.event(id, 'visit', 2 * DAY);
    await save('active', WEEK);
    world.deps.clock.set(noonPlus(9 * DAY));
    await refreshSegments(world.deps, { at: world.deps.clock.now() });
    expect((await stays(id))[0]?.exited).toEqual(noonPlus(5 * DAY + 1));
  });

  it('moves the end of a stay when a new event comes in', async () => {
    const id = await world.customer();
    await world.event(id, 'visit', 2 * DAY);
    await save('active', WEEK);
    world.deps.clock.set(noonPlus(4 * DAY));
    await world.event(id, 'visit', -3 * DAY);
    await world.touched(id);
    expect(await stays(id)).toEqual([
      { key: 'active', entered: noonPlus(0), exited: null, next: noonPlus(10 * DAY + 1) },
    ]);
    world.deps.clock.set(noonPlus(9 * DAY));
    await world.tick();
    expect((await stays(id))[0]?.exited).toBeNull();
  });

  it('lets an event that lies in the future count when its time comes', async () => {
    const id = await world.customer();
    await world.event(id, 'visit', -DAY / 2);
    await save('active', WEEK);
    expect(await stays(id)).toEqual([]);
    world.deps.clock.set(noonPlus(DAY));
    await world.tick();
    expect((await stays(id))[0]?.entered).toEqual(noonPlus(DAY / 2));
  });
});

describe('history', () => {
  it('tells who was in as of any instant, the moment of an exit not included', async () => {
    const id = await world.customer();
    await world.event(id, 'visit', 2 * DAY);
    await save('active', WEEK);
    world.deps.clock.set(noonPlus(9 * DAY));
    await world.tick();
    await world.event(id, 'visit', -9 * DAY);
    await world.touched(id);
    const inAt = async (at?: Date) =>
      (await segmentsOf(world.deps.db, world.actor, [id], at))[0]?.map((row) => row.segment.key);
    expect(await inAt(noonPlus(-1))).toEqual([]);
    expect(await inAt(noonPlus(0))).toEqual(['active']);
    expect(await inAt(noonPlus(5 * DAY))).toEqual(['active']);
    expect(await inAt(noonPlus(5 * DAY + 1))).toEqual([]);
    expect(await inAt(noonPlus(9 * DAY))).toEqual(['active']);
    expect(await inAt()).toEqual(['active']);
  });

  it('puts every change into the outbox and notifies of it with the transaction', async () => {
    const id = await world.customer();
    await save('active', WEEK);
    const client = await world.deps.db.pool.connect();
    const heard: string[] = [];
    client.on('notification', (message) => heard.push(message.payload ?? ''));
    await client.query('listen cameo_segments');
    await world.event(id, 'visit');
    await expect(
      world.deps.db.transaction(async () => {
        await world.touched(id);
        throw new Error('elsewhere');
      }),
    ).rejects.toThrow('elsewhere');
    await client.query('select 1');
    client.removeAllListeners('notification');
    await client.query('unlisten cameo_segments');
    client.release();
    expect(heard).toHaveLength(1);
    const { segment, batch } = JSON.parse(heard[0] ?? '{}');
    expect(await changesOfBatch(world.deps.db, segment, batch)).toMatchObject([
      { segment: 'active', customerId: id, entered: true, at: noonPlus(0) },
    ]);
    expect(await segmentByKey(world.deps.db, world.actor, 'active')).toMatchObject({ size: 1 });
  });

  it('closes the stays of a customer who was merged away', async () => {
    const id = await world.customer();
    const other = await world.customer();
    await world.event(id, 'visit');
    await save('active', WEEK);
    await save('quiet', { not: { segment: 'active' } });
    await world.deps.db.query(sql`update customer set merged_into_id = ${other} where id = ${id}`);
    await world.touched(id);
    expect((await stays(id)).map(({ key, exited }) => [key, exited])).toEqual([
      ['active', noonPlus(0)],
    ]);
  });
});

describe('a segment that fails', () => {
  it('keeps its members, says why and when, and does not stop the others', async () => {
    const id = await world.customer();
    await world.event(id, 'visit', 0);
    await save('active', WEEK);
    await save('rich', { feature: { name: 'spend', op: 'GTE', value: 5 } });
    feature.broken = true;
    world.deps.clock.set(noonPlus(8 * DAY));
    const results = await refreshSegments(world.deps, { at: world.deps.clock.now() });
    expect(results.map(({ key, error }) => [key, error !== undefined])).toEqual([
      ['active', false],
      ['rich', true],
    ]);
    const rich = await segmentByKey(world.deps.db, world.actor, 'rich');
    expect(rich).toMatchObject({ size: 1, refreshedAt: noonPlus(0), errorAt: noonPlus(8 * DAY) });
    expect(rich?.error?.message).toContain('division by zero');
    expect(await failingSegments(world.deps.db)).toHaveLength(1);
    const now = await segmentsOf(world.deps.db, world.actor, [id]);
    expect(now[0]?.map((row) => row.segment.key)).toEqual(['rich']);
    // The same when single customers are re-evaluated: theirs is the caller's transaction.
    await world.event(id, 'visit', -8 * DAY);
    await world.touched(id);
    const later = await segmentsOf(world.deps.db, world.actor, [id]);
    expect(later[0]?.map((row) => row.segment.key)).toEqual(['active', 'rich']);
    feature.broken = false;
    await refreshSegments(world.deps, { keys: ['rich'], at: world.deps.clock.now() });
    expect(await segmentByKey(world.deps.db, world.actor, 'rich')).toMatchObject({
      error: null,
      size: 1,
    });
  });

  it('does not hold up the transitions of the others', async () => {
    const id = await world.customer();
    await world.event(id, 'visit', 2 * DAY);
    await save('active', WEEK);
    await save('both', { and: [{ feature: { name: 'spend', op: 'GTE', value: 5 } }, WEEK] });
    feature.broken = true;
    world.deps.clock.set(noonPlus(9 * DAY));
    await world.tick();
    await world.tick();
    expect((await stays(id)).map(({ key, exited }) => [key, exited])).toEqual([
      ['active', noonPlus(5 * DAY + 1)],
      ['both', null],
    ]);
  });
});
