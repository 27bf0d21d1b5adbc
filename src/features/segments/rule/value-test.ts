import { PatternError, parsePattern } from './pattern.ts';
import { buildMachine } from './pattern-machine.ts';
import type { Json, ValueTest } from './types.ts';

/** Tests that are true of a missing value. */
export const TRUE_OF_MISSING: ReadonlySet<string> = new Set(['NE', 'NOT_IN', 'NOT_EXISTS']);

const LONGEST_TEXT = 1_000;
const LONGEST_PATTERN = 200;
const LONGEST_LIST = 1_000;

/** What is wrong with the value that a test compares with; undefined when it is sound. */
export function checkValueTest({ op, value }: ValueTest): string | undefined {
  if (op === 'EXISTS' || op === 'NOT_EXISTS')
    return value === undefined ? undefined : `is not for ${op}; leave it out`;
  if (value === undefined)
    return `is needed for ${op}; to ask for a missing value use NOT_EXISTS, null and absent are the same`;
  const text = JSON.stringify(value);
  if (text.length > LONGEST_TEXT * LONGEST_LIST || !storable(value))
    return 'has a text with a NUL or half a character in it, a text that is too long, or a null';
  return checkShape(op, value);
}

function checkShape(op: ValueTest['op'], value: Json): string | undefined {
  switch (op) {
    case 'LT':
    case 'LTE':
    case 'GT':
    case 'GTE':
      return typeof value === 'number' || typeof value === 'string'
        ? undefined
        : `must be a number or a text for ${op}`;
    case 'IN':
    case 'NOT_IN':
      if (!Array.isArray(value)) return `must be a list for ${op}`;
      if (value.length > LONGEST_LIST) return `may have at most ${LONGEST_LIST} entries`;
      return value.every(isScalar)
        ? undefined
        : `must be a list of texts, numbers and booleans for ${op}`;
    case 'CONTAINS':
      return isScalar(value) ? undefined : 'must be a text, number or boolean for CONTAINS';
    case 'STARTS_WITH':
    case 'ENDS_WITH':
      return typeof value === 'string' ? undefined : `must be a text for ${op}`;
    case 'MATCHES':
      return checkPattern(value);
    default:
      return undefined;
  }
}

function checkPattern(value: Json): string | undefined {
  if (typeof value !== 'string') return 'must be a regular expression for MATCHES';
  if (value.length > LONGEST_PATTERN)
    return `may have at most ${LONGEST_PATTERN} characters for MATCHES`;
  try {
    buildMachine(parsePattern(value));
    return undefined;
  } catch (error) {
    if (error instanceof PatternError) return `is a regular expression that ${error.message}`;
    throw error;
  }
}

const isScalar = (value: Json): boolean =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';

function storable(value: Json): boolean {
  if (value === null) return false;
  if (typeof value === 'string')
    return value.length <= LONGEST_TEXT && !/[\0\p{Surrogate}]/u.test(value);
  if (Array.isArray(value)) return value.every(storable);
  if (typeof value === 'object')
    return Object.entries(value).every(([key, inner]) => storable(key) && storable(inner));
  return true;
}
