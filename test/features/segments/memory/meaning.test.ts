import { describe, expect, it } from '@jest/globals';
import { evaluate, explain } from '../../../../src/features/segments/evaluate.ts';
import type { CustomerHistory } from '../../../../src/features/segments/memory/history.ts';
import { ruleOf } from '../../../../src/features/segments/rule/parse-rule.ts';
import type { Json } from '../../../../src/features/segments/rule/types.ts';

const AT = Date.parse('2024-03-01T12:00:00.000Z');
const H = 3_600_000;
const D = 24 * H;

/** `[type, age in ms, properties]`, in order of arrival. */
type Seen = readonly [type: string, ago: number, properties?: Json];

function history(
  events: readonly Seen[],
  traits: readonly (readonly [value: Json, ago: number])[] = [],
): CustomerHistory {
  return {
    events: events
      .map(([type, ago, properties], id) => ({
        id,
        type,
        occurredAt: AT - ago,
        properties: properties ?? {},
      }))
      .sort((a, b) => a.occurredAt - b.occurredAt || a.id - b.id),
    traits: traits.map(([value, ago], id) => ({ id, name: 'plan', at: AT - ago, value })),
    features: new Map(),
    predictions: new Map(),
    segments: new Map(),
  };
}
const holds = (
  rule: unknown,
  events: readonly Seen[] = [],
  traits?: Parameters<typeof history>[1],
) => evaluate(ruleOf(rule), history(events, traits), new Date(AT));

describe('windows', () => {
  it('have both ends inside', () => {
    const rule = { event: { type: 'x', within: '7d' } };
    expect([7 * D, 7 * D + 1, 0, -1].map((ago) => holds(rule, [['x', ago]]))).toEqual([
      true,
      false,
      true,
      false,
    ]);
    const past = { event: { type: 'x', from: '14d', to: '7d' } };
    expect([14 * D, 14 * D + 1, 7 * D, 7 * D - 1].map((ago) => holds(past, [['x', ago]]))).toEqual([
      true,
      false,
      true,
      false,
    ]);
  });
});

describe('counts', () => {
  it('with an upper bound or of 0 hold for customers with no such event', () => {
    const counts = [
      { eq: 0 },
      { lt: 1 },
      { lte: 3 },
      { ne: 2 },
      { gte: 0 },
      { gte: 1 },
      { gt: 0 },
      { eq: 1 },
    ];
    expect(counts.map((count) => holds({ event: { type: 'x', count } }))).toEqual([
      true,
      true,
      true,
      true,
      true,
      false,
      false,
      false,
    ]);
  });
});

describe('first', () => {
  it('is the first ever matching event, not the first of the window', () => {
    const rule = {
      event: {
        type: 'x',
        within: '7d',
        first: true,
        where: [{ name: 'big', op: 'EQ', value: true }],
      },
    };
    expect(
      holds(rule, [
        ['x', 9 * D],
        ['x', D, { big: true }],
      ]),
    ).toBe(true);
    expect(
      holds(rule, [
        ['x', 9 * D, { big: true }],
        ['x', D, { big: true }],
      ]),
    ).toBe(false);
  });
});

describe('regularity', () => {
  it('asks for the count in at least N of the last M periods, whose ends are inside', () => {
    const rule = (atLeast: number) => ({
      event: { type: 'x', regularity: { period: '7d', periods: 3, atLeast } },
    });
    expect(
      holds(rule(2), [
        ['x', D],
        ['x', 2 * D],
      ]),
    ).toBe(false);
    expect(
      holds(rule(2), [
        ['x', D],
        ['x', 20 * D],
      ]),
    ).toBe(true);
    expect(holds(rule(2), [['x', 7 * D]])).toBe(true);
    expect(holds(rule(1), [['x', 21 * D]])).toBe(true);
    expect(holds(rule(1), [['x', 21 * D + 1]])).toBe(false);
  });

  it('counts empty periods where a count of 0 is asked for', () => {
    const rule = {
      event: { type: 'x', count: { eq: 0 }, regularity: { period: '7d', periods: 3, atLeast: 3 } },
    };
    expect(holds(rule)).toBe(true);
    expect(holds(rule, [['x', D]])).toBe(false);
  });
});

describe('sequence', () => {
  const steps = [{ type: 'a' }, { type: 'b' }];
  it('needs strictly increasing time, and arrival decides within a millisecond', () => {
    expect(
      holds({ sequence: { steps } }, [
        ['a', D],
        ['b', D],
      ]),
    ).toBe(true);
    expect(
      holds({ sequence: { steps } }, [
        ['b', D],
        ['a', D],
      ]),
    ).toBe(false);
    expect(holds({ sequence: { steps: [{ type: 'a' }, { type: 'a' }] } }, [['a', D]])).toBe(false);
  });

  it('lets any chain count: an earlier step that is too far away does not spoil a nearer one', () => {
    const rule = { sequence: { steps, within: '1h' } };
    expect(
      holds(rule, [
        ['a', 5 * H],
        ['a', 2 * H],
        ['b', H],
      ]),
    ).toBe(true);
    expect(
      holds(rule, [
        ['a', 2 * H + 1],
        ['b', H],
      ]),
    ).toBe(false);
  });

  it('puts every step inside `during`', () => {
    const rule = { sequence: { steps, during: '2d' } };
    expect(
      holds(rule, [
        ['a', 2 * D],
        ['b', H],
      ]),
    ).toBe(true);
    expect(
      holds(rule, [
        ['a', 2 * D + 1],
        ['b', H],
      ]),
    ).toBe(false);
  });

  it('with endsWithout wants one chain that no such event follows', () => {
    const rule = { sequence: { steps, endsWithout: { type: 'c' } } };
    expect(
      holds(rule, [
        ['a', 5 * H],
        ['b', 4 * H],
        ['c', 3 * H],
      ]),
    ).toBe(false);
    expect(
      holds(rule, [
        ['a', 5 * H],
        ['b', 4 * H],
        ['c', 3 * H],
        ['b', 2 * H],
      ]),
    ).toBe(true);
    expect(
      holds(rule, [
        ['a', 5 * H],
        ['b', 4 * H],
        ['c', -H],
      ]),
    ).toBe(true);
    expect(
      holds(rule, [
        ['a', 5 * H],
        ['b', H],
        ['c', H],
      ]),
    ).toBe(false);
  });
});

describe('last', () => {
  it('looks at the newest matching event alone', () => {
    const rule = {
      last: {
        type: 'x',
        where: [{ name: 'n', op: 'EXISTS' }],
        has: [{ name: 'n', op: 'GT', value: 5 }],
      },
    };
    expect(
      holds(rule, [
        ['x', 2 * D, { n: 9 }],
        ['x', D, { n: 1 }],
        ['x', H],
      ]),
    ).toBe(false);
    expect(
      holds(rule, [
        ['x', 2 * D, { n: 1 }],
        ['x', D, { n: 9 }],
        ['x', H],
      ]),
    ).toBe(true);
    expect(holds(rule)).toBe(false);
  });
});

describe('traits', () => {
  const trait = (op: string, value?: Json, heldFor?: string) => ({
    trait: { name: 'plan', op, value, heldFor },
  });
  it('treat null and absent alike, and an empty text as present', () => {
    for (const traits of [
      [],
      [[null, D]],
      [
        ['pro', 2 * D],
        [null, D],
      ],
    ] as const) {
      expect(holds(trait('EXISTS'), [], traits)).toBe(false);
      expect(holds(trait('NE', 'pro'), [], traits)).toBe(true);
      expect(holds(trait('NOT_IN', ['pro']), [], traits)).toBe(true);
      expect(holds(trait('NOT_EXISTS'), [], traits)).toBe(true);
    }
    expect(holds(trait('EXISTS'), [], [['', D]])).toBe(true);
    expect(holds(trait('EQ', ''), [], [['', D]])).toBe(true);
  });

  it('have been held unbroken: sending the same value again does not start anew', () => {
    const rule = trait('EQ', 'pro', '7d');
    expect(
      holds(
        rule,
        [],
        [
          ['pro', 7 * D],
          ['pro', D],
        ],
      ),
    ).toBe(true);
    expect(holds(rule, [], [['pro', 7 * D - 1]])).toBe(false);
    expect(
      holds(
        rule,
        [],
        [
          ['pro', 30 * D],
          ['free', 3 * D],
          ['pro', 2 * D],
        ],
      ),
    ).toBe(false);
    expect(
      holds(
        rule,
        [],
        [
          ['pro', 30 * D],
          [null, 3 * D],
          ['pro', 2 * D],
        ],
      ),
    ).toBe(false);
    expect(holds(trait('NOT_EXISTS', undefined, '7d'))).toBe(true);
    expect(
      holds(
        trait('NOT_EXISTS', undefined, '7d'),
        [],
        [
          ['pro', 9 * D],
          [null, 2 * D],
        ],
      ),
    ).toBe(false);
  });

  it('are not converted: a number is not a text', () => {
    expect(holds(trait('EQ', 5), [], [['5', D]])).toBe(false);
    expect(holds(trait('NE', 5), [], [['5', D]])).toBe(true);
    expect(holds(trait('GT', 4), [], [['5', D]])).toBe(false);
    expect(holds(trait('GT', '10'), [], [['5', D]])).toBe(true);
    expect(holds(trait('CONTAINS', 'b'), [], [[['a', 'b'], D]])).toBe(true);
    expect(holds(trait('CONTAINS', 'b'), [], [['abc', D]])).toBe(true);
  });
});

describe('explain', () => {
  it('gives each clause its answer, the events that decide it and when it will flip', () => {
    const rule = ruleOf({
      and: [
        { event: { type: 'x', within: '7d', count: { gte: 2 } } },
        { not: { trait: { name: 'plan', op: 'EQ', value: 'pro', heldFor: '30d' } } },
      ],
    });
    const told = explain(
      rule,
      history(
        [
          ['x', 6 * D],
          ['x', 2 * D],
          ['x', D],
        ],
        [['pro', 29 * D]],
      ),
      new Date(AT),
    );
    expect(told).toMatchObject({
      holds: true,
      nextTransitionAt: new Date(AT + D),
      clauses: [
        {
          text: 'at least 2 "x", within 7d',
          holds: true,
          value: 3,
          events: [
            { occurredAt: new Date(AT - D) },
            { occurredAt: new Date(AT - 2 * D) },
            { occurredAt: new Date(AT - 6 * D) },
          ],
          nextTransitionAt: new Date(AT + 5 * D + 1),
        },
        {
          holds: true,
          nextTransitionAt: new Date(AT + D),
          clauses: [
            {
              holds: false,
              value: 'pro',
              since: new Date(AT - 29 * D),
              nextTransitionAt: new Date(AT + D),
            },
          ],
        },
      ],
    });
  });
});
