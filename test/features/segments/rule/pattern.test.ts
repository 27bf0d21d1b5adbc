import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { PatternError, parsePattern } from '../../../../src/features/segments/rule/pattern.ts';
import {
  buildMachine,
  machineMatches,
} from '../../../../src/features/segments/rule/pattern-machine.ts';

const matches = (pattern: string, text: string) =>
  machineMatches(buildMachine(parsePattern(pattern)), text);

const piece = fc.constantFrom(
  'a',
  'b',
  '.',
  '\\d',
  '\\S',
  '[ab]',
  '[^a]',
  '[a-c5]',
  '(a|b)',
  '(?:ab|)',
  '^',
  '$',
  'é',
  '𐐷',
  '\\.',
  '\\n',
);
const quantifier = fc.constantFrom('', '', '*', '+', '?', '{2}', '{1,2}', '{0,}');
const pattern = fc
  .array(fc.tuple(piece, quantifier), { minLength: 1, maxLength: 5 })
  .map((parts) => parts.map(([p, q]) => (p === '^' || p === '$' ? p : p + q)).join(''));
const text = fc.string({
  unit: fc.constantFrom('a', 'b', 'c', '5', 'é', '𐐷', '.', '\n', ' '),
  maxLength: 8,
});

describe('patterns', () => {
  it('match what the regular expressions of JavaScript match', () => {
    fc.assert(
      fc.property(pattern, text, (source, input) => {
        expect(matches(source, input)).toBe(new RegExp(source, 'su').test(input));
      }),
      { numRuns: 3_000 },
    );
  });

  it('take linear time where backtracking takes for ever', () => {
    const start = performance.now();
    expect(matches('^(a+)+$', `${'a'.repeat(20_000)}!`)).toBe(false);
    expect(matches('(a|a)*b', 'a'.repeat(20_000))).toBe(false);
    expect(performance.now() - start).toBeLessThan(3_000);
  });

  it.each([
    'a**',
    'a*?',
    '^*',
    '[]',
    '[b-a]',
    '(?=a)',
    '\\b',
    '(',
    ')',
    'a{2',
    'a{3,2}',
    'a{101}',
    '\\',
    '[[:alpha:]]',
  ])('refuse %s', (source) => {
    expect(() => parsePattern(source)).toThrow(PatternError);
  });
});
