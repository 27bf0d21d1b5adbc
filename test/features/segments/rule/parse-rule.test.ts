import { describe, expect, it } from '@jest/globals';
import { canonicalJson } from '../../../../src/features/segments/rule/canonical.ts';
import { durationMs } from '../../../../src/features/segments/rule/duration.ts';
import { parseRule } from '../../../../src/features/segments/rule/parse-rule.ts';

const messagesOf = (input: unknown) => {
  const parsed = parseRule(input);
  return 'errors' in parsed ? parsed.errors.map((error) => error.message) : [];
};
const nested = (depth: number): object =>
  depth === 0 ? { event: { type: 'x' } } : { not: nested(depth - 1) };

describe('parseRule', () => {
  it.each([
    [null, 'rule: must be an object'],
    [[], 'rule: must be an object'],
    [{}, 'rule: must have exactly one of'],
    [{ segment: 'a', not: { segment: 'b' } }, 'it has segment, not'],
    [{ and: [] }, 'rule.and: must be a list of at least one rule'],
    [{ and: { segment: 'a' } }, 'rule.and: must be a list'],
    [{ exists: true }, 'rule.exists: is not a kind of rule'],
    [{ constructor: {} }, 'rule.constructor: is not a kind of rule'],
    [{ event: { type: '' } }, 'rule.event.type: must not be empty'],
    [{ event: { type: 'x', withn: '7d' } }, 'Unrecognized key: "withn"'],
    [{ event: { type: 'x', within: '7' } }, 'rule.event.within: must be a duration such as "30d"'],
    [{ event: { type: 'x', from: '7d' } }, '`from` and `to` go together'],
    [{ event: { type: 'x', from: '7d', to: '14d' } }, '`from` must be at least `to`'],
    [{ event: { type: 'x', within: '1d', from: '7d', to: '1d' } }, 'not both'],
    [{ event: { type: 'x', count: {} } }, 'rule.event.count: must have exactly one of'],
    [{ event: { type: 'x', count: { gte: 1, lt: 3 } } }, 'must have exactly one of'],
    [{ event: { type: 'x', count: { gte: -1 } } }, 'rule.event.count.gte'],
    [
      { event: { type: 'x', regularity: { period: '7d', periods: 2, atLeast: 3 } } },
      'at most `periods`',
    ],
    [
      { event: { type: 'x', within: '7d', regularity: { period: '7d', periods: 2, atLeast: 1 } } },
      'has its own window',
    ],
    [{ sequence: { steps: [] } }, 'needs at least one step'],
    [{ last: { type: 'x', has: [] } }, 'needs at least one condition'],
    [{ trait: { name: 'a', op: 'LIKE', value: 'x' } }, 'rule.trait.op'],
    [{ trait: { name: 'a', op: 'EQ', value: null } }, 'NOT_EXISTS'],
    [{ trait: { name: 'a', op: 'EXISTS', value: true } }, 'is not for EXISTS'],
    [{ trait: { name: 'a', op: 'IN', value: 'x' } }, 'must be a list'],
    [{ trait: { name: 'a', op: 'LT', value: true } }, 'must be a number or a text'],
    [{ trait: { name: 'a', op: 'EQ', value: 'nul\0' } }, 'NUL'],
    [{ trait: { name: 'a', op: 'EQ', value: '\ud800' } }, 'half a character'],
    [{ trait: { name: 'a', op: 'MATCHES', value: '(a' } }, 'has a "(" without a ")"'],
    [{ trait: { name: 'a', op: 'MATCHES', value: '(a)\\1' } }, '"\\1", which is not known'],
    [{ trait: { name: 'a', op: 'MATCHES', value: '((a{1,100}){1,100}){1,100}' } }, 'too large'],
    [{ event: { type: 'x', where: [{ name: '$day', op: 'EXISTS' }] } }, '$weekday'],
    [nested(16), 'nested more than 16 levels'],
    [{ or: Array.from({ length: 201 }, () => ({ segment: 'a' })) }, 'more than 200 clauses'],
  ])('refuses %j', (input, message) => {
    expect(messagesOf(input).join('\n')).toContain(message);
  });

  it('takes null for a field that is left out, as GraphQL variables give it', () => {
    const parsed = parseRule({
      and: null,
      event: { type: 'x', within: null, count: { gte: 2, eq: null } },
    });
    expect('rule' in parsed && canonicalJson(parsed.rule)).toBe(
      '{"event":{"count":{"gte":2},"type":"x"}}',
    );
  });

  it('takes 15 levels of nesting', () => {
    expect(messagesOf(nested(15))).toEqual([]);
  });
});

describe('durationMs', () => {
  it('counts days as 24 hours and knows no other units', () => {
    expect(['30d', '12h', '90m', '5s', '0s'].map(durationMs)).toEqual([
      2_592_000_000, 43_200_000, 5_400_000, 5_000, 0,
    ]);
    expect(['1w', '', 'd', '-1d', '1.5h', '99999999999d', '36501d', ' 1d'].map(durationMs)).toEqual(
      Array(8).fill(undefined),
    );
  });
});
