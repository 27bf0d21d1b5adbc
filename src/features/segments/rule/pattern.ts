/**
 * The regular expressions of MATCHES: a small language that means the same in both evaluators.
 * Literals, `.`, sets, \d \w \s (ASCII) and their complements, groups, `|`, ^ $ (ends of the whole
 * text), and the quantifiers ? * + {m} {m,} {m,n} up to 100. No flags, back-references or look-around,
 * so a match can be decided in time linear in the text.
 */
export type Pattern =
  | { readonly kind: 'set'; readonly negated: boolean; readonly ranges: readonly Range[] }
  | { readonly kind: 'start' | 'end' }
  | { readonly kind: 'sequence'; readonly parts: readonly Pattern[] }
  | { readonly kind: 'choice'; readonly options: readonly Pattern[] }
  | {
      readonly kind: 'repeat';
      readonly part: Pattern;
      readonly min: number;
      /** Infinity: any number. */
      readonly max: number;
    };

/** Code points, both ends inside. */
export type Range = readonly [from: number, to: number];

/** What is wrong with a pattern, in words for the person who wrote it. */
export class PatternError extends Error {
  override readonly name = 'PatternError';
}

const CLASSES: Readonly<Record<string, readonly Range[]>> = {
  d: [[48, 57]],
  w: [
    [48, 57],
    [65, 90],
    [95, 95],
    [97, 122],
  ],
  s: [
    [9, 13],
    [32, 32],
  ],
};
const CONTROLS: Readonly<Record<string, number>> = { n: 10, r: 13, t: 9, f: 12, v: 11 };
const MOST_REPEATS = 100;

interface Cursor {
  readonly chars: readonly string[];
  at: number;
  depth: number;
}

/** @throws PatternError when the text is outside the language. */
export function parsePattern(text: string): Pattern {
  const cursor: Cursor = { chars: [...text], at: 0, depth: 0 };
  const pattern = choice(cursor);
  if (cursor.at < cursor.chars.length) throw new PatternError(`has a ")" without a "("`);
  return pattern;
}

function choice(cursor: Cursor): Pattern {
  if (++cursor.depth > 20) throw new PatternError('nests more than 20 groups');
  const options = [sequence(cursor)];
  while (take(cursor, '|')) options.push(sequence(cursor));
  cursor.depth--;
  return options.length === 1 && options[0] ? options[0] : { kind: 'choice', options };
}

function sequence(cursor: Cursor): Pattern {
  const parts: Pattern[] = [];
  for (let next = peek(cursor); next !== undefined && next !== '|' && next !== ')'; ) {
    parts.push(quantified(cursor, atom(cursor)));
    next = peek(cursor);
  }
  return { kind: 'sequence', parts };
}

function atom(cursor: Cursor): Pattern {
  const char = advance(cursor);
  if (char === '(') return group(cursor);
  if (char === '[') return bracket(cursor);
  if (char === '.') return { kind: 'set', negated: true, ranges: [] };
  if (char === '^') return { kind: 'start' };
  if (char === '$') return { kind: 'end' };
  if (char === '\\') return escaped(cursor);
  if ('*+?{}]'.includes(char)) throw new PatternError(`needs "\\${char}" for a plain "${char}"`);
  return single(codePoint(char));
}

function group(cursor: Cursor): Pattern {
  if (take(cursor, '?') && !take(cursor, ':'))
    throw new PatternError('may use (...) and (?:...) only: no look-around, no flags, no names');
  const inner = choice(cursor);
  if (!take(cursor, ')')) throw new PatternError('has a "(" without a ")"');
  return inner;
}

function quantified(cursor: Cursor, part: Pattern): Pattern {
  const bounds = quantifier(cursor);
  if (!bounds) return part;
  if (part.kind === 'start' || part.kind === 'end')
    throw new PatternError('repeats "^" or "$", which mean nothing more often than once');
  if (take(cursor, '?') || quantifier(cursor))
    throw new PatternError('has two quantifiers in a row; lazy and possessive ones are not needed');
  return { kind: 'repeat', part, min: bounds[0], max: bounds[1] };
}

function quantifier(cursor: Cursor): Range | undefined {
  if (take(cursor, '*')) return [0, Number.POSITIVE_INFINITY];
  if (take(cursor, '+')) return [1, Number.POSITIVE_INFINITY];
  if (take(cursor, '?')) return [0, 1];
  if (!take(cursor, '{')) return undefined;
  const close = cursor.chars.indexOf('}', cursor.at);
  const text = close < 0 ? '' : cursor.chars.slice(cursor.at, close).join('');
  const parts = /^(\d{1,4})(?:(,)(\d{1,4})?)?$/.exec(text);
  if (!parts)
    throw new PatternError('has a "{" that is not {m}, {m,} or {m,n}; a plain one is "\\{"');
  cursor.at = close + 1;
  const min = Number(parts[1]);
  const max = parts[3] ? Number(parts[3]) : parts[2] ? Number.POSITIVE_INFINITY : min;
  if (min > max || min > MOST_REPEATS || (max !== Number.POSITIVE_INFINITY && max > MOST_REPEATS))
    throw new PatternError(
      `has a repetition {${text}} outside 0..${MOST_REPEATS} or in the wrong order`,
    );
  return [min, max];
}

function escaped(cursor: Cursor): Pattern {
  const char = advance(cursor);
  const lower = char.toLowerCase();
  const ranges = CLASSES[lower];
  if (ranges) return { kind: 'set', negated: char !== lower, ranges };
  return single(escapedChar(char));
}

function escapedChar(char: string): number {
  const control = CONTROLS[char];
  if (control !== undefined) return control;
  if (/[0-9A-Za-z]/.test(char))
    throw new PatternError(`has the escape "\\${char}", which is not known`);
  return codePoint(char);
}

function bracket(cursor: Cursor): Pattern {
  const negated = take(cursor, '^');
  const ranges: Range[] = [];
  while (!take(cursor, ']')) ranges.push(...bracketItem(cursor));
  if (ranges.length === 0) throw new PatternError('has an empty set "[]"');
  return { kind: 'set', negated, ranges };
}

function bracketItem(cursor: Cursor): readonly Range[] {
  const from = bracketChar(cursor);
  if (typeof from !== 'number') return from;
  if (peek(cursor) !== '-' || cursor.chars[cursor.at + 1] === ']') return [[from, from]];
  cursor.at++;
  const to = bracketChar(cursor);
  if (typeof to !== 'number' || to < from) throw new PatternError('has a range in the wrong order');
  return [[from, to]];
}

function bracketChar(cursor: Cursor): number | readonly Range[] {
  const char = advance(cursor);
  if (char === '[') throw new PatternError('needs "\\[" for a plain "[" inside a set');
  if (char !== '\\') return codePoint(char);
  const next = advance(cursor);
  return CLASSES[next] ?? escapedChar(next);
}

const single = (code: number): Pattern => ({ kind: 'set', negated: false, ranges: [[code, code]] });
const codePoint = (char: string): number => char.codePointAt(0) ?? 0;
const peek = (cursor: Cursor): string | undefined => cursor.chars[cursor.at];

function take(cursor: Cursor, char: string): boolean {
  if (peek(cursor) !== char) return false;
  cursor.at++;
  return true;
}

function advance(cursor: Cursor): string {
  const char = peek(cursor);
  if (char === undefined) throw new PatternError('ends too early');
  cursor.at++;
  return char;
}
