import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import sql from 'sql-template-tag';
import { explainMembership } from '../../../src/features/segments/explain-membership.ts';
import { segmentPreview } from '../../../src/features/segments/preview.ts';
import { drawCustomers, halfWidth, scaled } from '../../../src/features/segments/preview-sample.ts';
import { segmentSave } from '../../../src/features/segments/save.ts';
import { createWorld, DAY, NOON, type World } from './support/world.ts';

let world: World;
let ids: number[];
beforeAll(async () => {
  world = await createWorld();
  ids = [];
  for (let i = 0; i < 6; i++) ids.push(await world.customer());
  // Customer i ordered i times, the newest i days ago.
  for (const [i, id] of ids.entries())
    for (let n = 0; n < i; n++) await world.event(id, 'order', (i + n) * DAY);
  await segmentSave(world.deps, world.actor, {
    key: 'recent',
    rule: { event: { type: 'order', within: '3d' } },
  });
});
afterAll(() => world.close());

const preview = (rule: unknown, compareWith?: string) =>
  segmentPreview(world.deps, world.actor, { rule, domain: 'shop', compareWith });

describe('segmentPreview', () => {
  it('tells the size, who would enter and leave, and the overlap, without saving anything', async () => {
    const rule = { event: { type: 'order', count: { gte: 3 } } };
    const found = await preview(rule, 'recent');
    expect([found.size, found.estimated, found.error]).toEqual([3, false, null]);
    expect(found.sample(2)).toEqual([ids[3], ids[4]]);
    expect(found.entering(10)).toEqual([ids[4], ids[5]]);
    expect(found.leaving(10)).toEqual([ids[1], ids[2]]);
    expect(await found.overlap(['recent'])).toEqual([
      { segment: 'recent', both: 1, onlyThis: 2, onlyThat: 2 },
    ]);
    expect((await preview(rule)).entering(10)).toEqual([]);
    expect(() => found.sample(101)).toThrow(/1 to 100/);
    await expect(found.overlap(['none'])).rejects.toThrow(/no segment "none"/);
  });

  it('refuses what could not be saved', async () => {
    await expect(preview({ segment: 'none' })).rejects.toThrow(/no segment "none"/);
    await expect(preview({ event: {} })).rejects.toThrow(/rule\.event\.type/);
    const elsewhere = { rule: { event: { type: 'order' } }, domain: 'nowhere' };
    await expect(segmentPreview(world.deps, world.actor, elsewhere)).rejects.toThrow(
      'There is no domain "nowhere".',
    );
  });
});

describe('an estimate', () => {
  it('draws each living customer once and scales up', async () => {
    const [domain] = await world.deps.db.query<{ id: number }>(
      sql`select id from domain where key = 'shop'`,
    );
    const drawn = await drawCustomers(world.deps.db, domain?.id ?? 0, 1_000);
    expect([...drawn.ids].sort((a, b) => a - b)).toEqual(ids);
    expect(drawn.population).toBe(6);
    expect(halfWidth(3, drawn)).toBe(0);
  });

  it('has a half-width that covers the truth in about 95 of 100 samples', () => {
    const population = 20_000;
    const truth = 3_000;
    const size = 400;
    let covered = 0;
    // A small generator of known numbers: the test must not pass or fail by luck.
    let state = 42;
    const random = () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state / 2 ** 32;
    };
    for (let round = 0; round < 1_000; round++) {
      let left = truth;
      let hits = 0;
      for (let i = 0; i < size; i++)
        if (random() < left / (population - i)) {
          hits++;
          left--;
        }
      const drawn = { ids: Array.from({ length: size }, (_, i) => i), population };
      if (Math.abs(scaled(hits, drawn) - truth) <= halfWidth(hits, drawn)) covered++;
    }
    expect(covered).toBeGreaterThan(930);
    expect(covered).toBeLessThan(975);
  });
});

describe('explainMembership', () => {
  it('explains rules and lists as of any instant', async () => {
    const ask = (customerId: number, segmentKey: string, at?: Date) =>
      explainMembership(world.deps, world.actor, { customerId, segmentKey, at });
    const [, one = 0, , , four = 0] = ids;
    const inside = await ask(one, 'recent');
    expect(inside).toMatchObject({
      member: true,
      nextTransitionAt: new Date(Date.parse(NOON) + 2 * DAY + 1),
    });
    expect(inside.clause.events).toMatchObject([
      {
        type: 'order',
        occurredAt: new Date(Date.parse(NOON) - DAY),
        customerId: one,
        properties: {},
      },
    ]);
    expect(await ask(four, 'recent')).toMatchObject({ member: false });
    expect(await ask(four, 'recent', new Date(Date.parse(NOON) - 2 * DAY))).toMatchObject({
      member: true,
    });
    await segmentSave(world.deps, world.actor, { key: 'list', members: [four] });
    expect(await ask(four, 'list')).toMatchObject({
      member: true,
      clause: { text: 'a member of the segment "list"' },
    });
    await expect(ask(999_999, 'list')).rejects.toThrow(/no customer/);
    await expect(ask(one, 'none')).rejects.toThrow(/no segment/);
  });
});
