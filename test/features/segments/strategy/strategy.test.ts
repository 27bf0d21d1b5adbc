import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import sql from 'sql-template-tag';
import { segmentSave } from '../../../../src/features/segments/save.ts';
import { heldOut } from '../../../../src/features/segments/strategy/holdout.ts';
import { nextBestActions } from '../../../../src/features/segments/strategy/next-best-actions.ts';
import {
  type StrategyInput,
  strategySave,
} from '../../../../src/features/segments/strategy/strategy.ts';
import { fillTemplate } from '../../../../src/features/segments/strategy/template.ts';
import { createWorld, type World } from '../support/world.ts';

const fill = (
  template: string,
  traits: Record<string, unknown> = {},
  features: Record<string, unknown> = {},
) =>
  fillTemplate(template, {
    traits,
    features,
    offer: '10% off',
    segment: { key: 'vip', name: 'VIP' },
  });

describe('fillTemplate', () => {
  it('never says undefined, null or NaN', () => {
    const template =
      'Hello {{ traits.name | default: "there" }}, {{ features.spend }}{{ nobody.home }}!';
    for (const name of [undefined, null, Number.NaN, ''])
      expect(fill(template, { name }, { spend: name })).toBe('Hello there, !');
    expect(fill(template, { name: 'Ann' }, { spend: 0 })).toBe('Hello Ann, 0!');
    expect(fill('{{ offer }} for {{ segment.name }}')).toBe('10% off for VIP');
    expect(
      fill('{{ traits.tags }} {{ traits.deep.a.b }}', { tags: [1, null], deep: null }),
    ).not.toMatch(/undefined|NaN/);
  });

  it('reaches no file, no prototype and no function', () => {
    for (const template of [
      '{% include "package.json" %}',
      '{% render "../../package.json" %}',
      '{% layout "x" %}',
    ])
      expect(() => fill(template)).toThrow(/could not be filled/);
    expect(
      fill(
        '{{ traits.constructor }}{{ traits.__proto__ }}{{ offer.constructor }}{{ traits.name.constructor.name }}',
        { name: 'x' },
      ),
    ).toBe('');
  });

  it('is bounded in work and output', () => {
    expect(() => fill('{% for i in (1..100000000) %}x{% endfor %}')).toThrow(/could not be filled/);
    expect(() =>
      fill('{% for i in (1..9999) %}{% for j in (1..9999) %}x{% endfor %}{% endfor %}'),
    ).toThrow(/could not be filled/);
  });
});

describe('heldOut', () => {
  it('takes its share of customers, the same ones every time, more at more', () => {
    const ids = Array.from({ length: 10_000 }, (_, i) => i);
    const at = (percent: number) => ids.filter((id) => heldOut('vip', id, percent));
    expect(at(0)).toEqual([]);
    expect(at(100)).toEqual(ids);
    const ten = at(10);
    expect(Math.abs(ten.length - 1_000)).toBeLessThan(100);
    expect(at(10)).toEqual(ten);
    expect(ten.every((id) => heldOut('vip', id, 20))).toBe(true);
    const elsewhere = ids.filter((id) => heldOut('other', id, 10));
    expect(elsewhere.filter((id) => ten.includes(id)).length).toBeLessThan(200);
  });
});

describe('nextBestActions', () => {
  let world: World;
  let buyer: number;
  beforeAll(async () => {
    world = await createWorld();
    buyer = await world.customer();
    await world.event(buyer, 'order');
    await world.deps.db.query(
      sql`update customer set traits = '{"name": "Ann"}' where id = ${buyer}`,
    );
    for (const [key, type] of [
      ['buyers', 'order'],
      ['recent', 'order'],
      ['visitors', 'visit'],
      ['plain', 'order'],
    ] as const)
      await segmentSave(world.deps, world.actor, { key, rule: { event: { type } } });
  });
  afterAll(() => world.close());

  const save = (key: string, input: StrategyInput | null) =>
    strategySave(world.deps, world.actor, key, input);
  const strategy = {
    channel: 'email',
    offer: '10% off',
    template: 'Hi {{ traits.name }}, {{ features.spend | default: "no" }} points',
  };

  it('ranks the strategies of the segments that a customer is in, with the reason', async () => {
    await save('buyers', { ...strategy, priority: 1 });
    await save('recent', { ...strategy, channel: 'push', priority: 5, holdoutPercent: 100 });
    await save('visitors', { ...strategy, priority: 9 });
    const other = await world.customer();
    const actions = await nextBestActions(world.deps, world.actor, [other, buyer], async (ids) =>
      ids.map((id) => (id === buyer ? { spend: 12 } : {})),
    );
    expect(actions[0]).toEqual([]);
    expect(
      actions[1]?.map(({ segment, channel, message, holdout }) => [
        segment.key,
        channel,
        message,
        holdout,
      ]),
    ).toEqual([
      ['recent', 'push', 'Hi Ann, 12 points', true],
      ['buyers', 'email', 'Hi Ann, 12 points', false],
    ]);
    expect(actions[1]?.[0]?.reason).toBe(
      'In "recent" since 2024-03-01T12:00:00.000Z (priority 5): at least 1 "order", at any time',
    );
    await save('recent', null);
    expect(
      (await nextBestActions(world.deps, world.actor, [buyer]))[0]?.map((action) => action.message),
    ).toEqual(['Hi Ann, no points']);
  });

  it('refuses strategies that cannot work', async () => {
    await expect(save('nowhere', strategy)).rejects.toThrow(/no segment/);
    await expect(save('buyers', { ...strategy, template: '{{ traits.name' })).rejects.toThrow(
      /template is not usable/,
    );
    await expect(
      save('buyers', { ...strategy, template: '{{ offer | nofilter }}' }),
    ).rejects.toThrow(/nofilter/);
    await expect(save('buyers', { ...strategy, holdoutPercent: 101 })).rejects.toThrow(/100/);
    await expect(
      strategySave(world.deps, { id: 'k', role: 'reader', domains: 'all' }, 'buyers', strategy),
    ).rejects.toThrow(/writer/);
  });
});
