import type { Pattern } from './pattern.ts';

/** The pattern as a PostgreSQL advanced regular expression that matches the same texts. */
export function patternToAre(pattern: Pattern): string {
  switch (pattern.kind) {
    case 'start':
      return '^';
    case 'end':
      return '$';
    case 'set':
      return setToAre(pattern);
    case 'sequence':
      return pattern.parts.map(patternToAre).join('');
    case 'choice':
      return `(?:${pattern.options.map(patternToAre).join('|')})`;
    case 'repeat':
      return `(?:${patternToAre(pattern.part)})${bounds(pattern.min, pattern.max)}`;
  }
}

function setToAre(set: Pattern & { kind: 'set' }): string {
  if (set.ranges.length === 0) return '.';
  const [only] = set.ranges;
  if (!set.negated && set.ranges.length === 1 && only && only[0] === only[1]) return char(only[0]);
  const inside = set.ranges.map(([a, b]) => (a === b ? char(a) : `${char(a)}-${char(b)}`));
  return `[${set.negated ? '^' : ''}${inside.join('')}]`;
}

/** Plain letters and digits stand for themselves; the rest is written by its code point. */
function char(code: number): string {
  const text = String.fromCodePoint(code);
  return /[0-9A-Za-z]/.test(text) ? text : `\\U${code.toString(16).padStart(8, '0')}`;
}

function bounds(min: number, max: number): string {
  if (max === Number.POSITIVE_INFINITY) return min === 0 ? '*' : min === 1 ? '+' : `{${min},}`;
  return min === 0 && max === 1 ? '?' : `{${min},${max}}`;
}
