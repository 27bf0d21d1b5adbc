import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Actor } from '../../../src/auth.ts';
import { segmentDelete } from '../../../src/features/segments/delete.ts';
import { membersOf } from '../../../src/features/segments/membership.ts';
import { type SegmentSaveInput, segmentSave } from '../../../src/features/segments/save.ts';
import { listSegments, segmentByKey } from '../../../src/features/segments/segment.ts';
import { createWorld, DAY, type World } from './support/world.ts';

let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.close());

const save = (input: SegmentSaveInput) => segmentSave(world.deps, world.actor, input);
const errorsOf = async (input: SegmentSaveInput) => (await save(input)).userErrors;
const members = async (key: string, at?: Date) => {
  const segment = await segmentByKey(world.deps.db, world.actor, key);
  if (!segment) throw new Error(`no segment ${key}`);
  const page = await membersOf(world.deps.db, segment, { first: 100, at: at ?? null });
  return page.rows.map((row) => row.id);
};

describe('segmentSave', () => {
  it('evaluates at once, and versions a rule only when it changes', async () => {
    const buyer = await world.customer();
    await world.customer();
    await world.event(buyer, 'order', DAY);
    const first = await save({ key: 'buyers', rule: { event: { type: 'order', within: '7d' } } });
    expect(first.userErrors).toEqual([]);
    expect(first.segment).toMatchObject({
      key: 'buyers',
      name: 'buyers',
      domain: 'shop',
      kind: 'RULE',
      version: 1,
      size: 1,
      error: null,
    });
    expect(await members('buyers')).toEqual([buyer]);
    const same = await save({
      key: 'buyers',
      name: 'Buyers',
      rule: { event: { within: '7d', type: 'order' } },
    });
    expect(same.segment).toMatchObject({ version: 1, name: 'Buyers' });
    const next = await save({ key: 'buyers', rule: { event: { type: 'order', within: '12h' } } });
    expect(next.segment).toMatchObject({ version: 2, size: 0, name: 'Buyers' });
  });

  it('says where a rule is wrong, all of it at once', async () => {
    const errors = await errorsOf({
      key: 'bad',
      rule: {
        and: [
          { event: { type: 'order', within: '7 days' } },
          { trait: { name: 'plan', op: 'EQ' } },
        ],
      },
    });
    expect(errors.map(({ code, field }) => [code, field])).toEqual([
      ['BAD_INPUT', ['rule', 'and', '0', 'event', 'within']],
      ['BAD_INPUT', ['rule', 'and', '1', 'trait', 'value']],
    ]);
    expect(errors[0]?.message).toContain('"30d"');
  });

  it('names the features, tasks and segments that there are not', async () => {
    const errors = await errorsOf({
      key: 'lost',
      rule: {
        or: [
          { feature: { name: 'spend', op: 'GT', value: 1 } },
          { prediction: { task: 'churn', op: 'GT', value: 0.5 } },
          { segment: 'nowhere' },
        ],
      },
    });
    expect(errors.map((error) => error.message)).toEqual([
      'There is no feature "spend".',
      'There is no prediction task "churn".',
      'There is no segment "nowhere" in this domain.',
    ]);
  });

  it('refuses a circle of segments and names it', async () => {
    await save({ key: 'a', rule: { event: { type: 'x' } } });
    await save({ key: 'b', rule: { not: { segment: 'a' } } });
    await save({ key: 'c', rule: { or: [{ segment: 'b' }, { event: { type: 'y' } }] } });
    const [far] = await errorsOf({ key: 'a', rule: { segment: 'c' } });
    expect(far).toMatchObject({ code: 'CYCLE' });
    expect(far?.message).toContain('a -> c -> b -> a');
    const [near] = await errorsOf({ key: 'self', rule: { segment: 'self' } });
    expect(near?.message).toContain('self -> self');
    expect(await segmentByKey(world.deps.db, world.actor, 'self')).toBeUndefined();
  });

  it('keeps a static list, adds to it and takes from it', async () => {
    const ids = [await world.customer(), await world.customer(), await world.customer()];
    const [a = 0, b = 0, c = 0] = ids;
    expect((await save({ key: 'vip', members: [a, b, a] })).segment).toMatchObject({
      kind: 'STATIC',
      size: 2,
    });
    await save({ key: 'vip', addMembers: [c], removeMembers: [] });
    await save({ key: 'vip', removeMembers: [a] });
    expect(await members('vip')).toEqual([b, c]);
    await save({ key: 'vip', members: [] });
    expect(await members('vip')).toEqual([]);
    expect((await errorsOf({ key: 'vip', addMembers: [999_999] }))[0]).toMatchObject({
      code: 'NOT_FOUND',
    });
    expect((await errorsOf({ key: 'vip', rule: { event: { type: 'x' } } }))[0]).toMatchObject({
      code: 'CONFLICT',
    });
    expect((await errorsOf({ key: 'none' }))[0]).toMatchObject({ code: 'BAD_INPUT' });
  });

  it('is for writers, and for the domains of their key', async () => {
    const reader: Actor = { id: 'key:1', role: 'reader', domains: 'all' };
    const elsewhere: Actor = { id: 'key:2', role: 'writer', domains: ['bank'] };
    const rule = { event: { type: 'x' } };
    await expect(segmentSave(world.deps, reader, { key: 'k', rule })).rejects.toThrow(/writer/);
    await expect(
      segmentSave(world.deps, elsewhere, { key: 'k', rule, domain: 'shop' }),
    ).rejects.toThrow(/domain/);
    await save({ key: 'mine', rule });
    await expect(segmentSave(world.deps, elsewhere, { key: 'mine', rule })).rejects.toThrow(
      /domain/,
    );
    expect((await listSegments(world.deps.db, elsewhere, {})).rows).toEqual([]);
    expect((await listSegments(world.deps.db, world.actor, {})).rows.map((row) => row.key)).toEqual(
      ['mine'],
    );
  });
});

describe('segmentDelete', () => {
  it('refuses while others use the segment and names them', async () => {
    await save({ key: 'base', rule: { event: { type: 'x' } } });
    await save({ key: 'top', rule: { segment: 'base' } });
    const refused = await segmentDelete(world.deps, world.actor, 'base');
    expect(refused).toMatchObject({ deleted: false, userErrors: [{ code: 'IN_USE' }] });
    expect(refused.userErrors[0]?.message).toContain('"top"');
    expect(await segmentDelete(world.deps, world.actor, 'top')).toEqual({
      deleted: true,
      userErrors: [],
    });
    expect(await segmentDelete(world.deps, world.actor, 'base')).toEqual({
      deleted: true,
      userErrors: [],
    });
    expect(await segmentDelete(world.deps, world.actor, 'base')).toMatchObject({
      userErrors: [{ code: 'NOT_FOUND' }],
    });
  });
});
