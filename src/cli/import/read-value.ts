import { isBlank } from '../../features/identity/check-text.ts';
import type { Condition, Value } from './mapping-schema.ts';
import { type Read, readText } from './template.ts';

/** A record that a mapping cannot read; its message says which part and why. */
export class UnreadableRecord extends Error {
  override readonly name = 'UnreadableRecord';
}

/** Reads a value of a mapping from rows, in their order; blank is undefined. */
export function readValue(value: Value, ordinals: OrdinalKey): Read<unknown> {
  if (typeof value === 'string') return blankless(readText(value));
  if ('number' in value) return readNumber(value.number);
  if ('boolean' in value) return readBoolean(value.boolean);
  if ('json' in value) return readJson(value.json);
  if ('product' in value) return readProduct(value.product);
  if ('ordinal' in value) return readOrdinal(value.ordinal, ordinals);
  const cases = value.choose.map((each) => ({
    holds: readCondition(each.when),
    read: readValue(each.value, ordinals),
  }));
  const otherwise =
    value.otherwise === undefined ? () => undefined : readValue(value.otherwise, ordinals);
  return (row) => (cases.find(({ holds }) => holds(row))?.read ?? otherwise)(row);
}

/** What an ordinal counts apart within its group: the type of the event. */
type OrdinalKey = Read<string>;

const blankless =
  (read: Read<string>): Read<string | undefined> =>
  (row) => {
    const text = read(row);
    return isBlank(text) ? undefined : text;
  };

function readNumber(template: string): Read<number | undefined> {
  const read = blankless(readText(template));
  return (row) => {
    const text = read(row);
    if (text === undefined) return undefined;
    const number = Number(text);
    if (Number.isFinite(number)) return number;
    throw new UnreadableRecord(`${template} is not a number: ${JSON.stringify(text)}`);
  };
}

function readBoolean(template: string): Read<boolean | undefined> {
  const read = blankless(readText(template));
  return (row) => {
    const text = read(row)?.trim().toLowerCase();
    if (text === undefined) return undefined;
    if (['true', 't', 'yes', 'y', '1'].includes(text)) return true;
    if (['false', 'f', 'no', 'n', '0'].includes(text)) return false;
    throw new UnreadableRecord(`${template} is neither true nor false: ${JSON.stringify(text)}`);
  };
}

function readJson(template: string): Read<unknown> {
  const read = blankless(readText(template));
  return (row) => {
    const text = read(row);
    if (text === undefined) return undefined;
    try {
      return JSON.parse(text) as unknown;
    } catch {
      throw new UnreadableRecord(`${template} is not JSON`);
    }
  };
}

function readProduct(templates: readonly string[]): Read<number | undefined> {
  const factors = templates.map(readNumber);
  return (row) => {
    let product = 1;
    for (const factor of factors) {
      const number = factor(row);
      if (number === undefined) return undefined;
      product *= number;
    }
    // 3 * 1.1 is 3.3 in money, not 3.3000000000000003.
    return Math.round(product * 1e6) / 1e6;
  };
}

/** Counts from 1 the consecutive records with the same text, those of each type apart. */
function readOrdinal(template: string, key: OrdinalKey): Read<number> {
  const read = readText(template);
  let group: string | undefined;
  let counts = new Map<string, number>();
  return (row) => {
    const text = read(row);
    if (text !== group) {
      group = text;
      counts = new Map();
    }
    const count = (counts.get(key(row)) ?? 0) + 1;
    counts.set(key(row), count);
    return count;
  };
}

export function readCondition(condition: Condition): Read<boolean> {
  const read = readText(`{${condition.column}}`);
  const { blank, equals, startsWith, atMost, atLeast } = condition;
  return (row) => {
    const text = read(row);
    const blankText = isBlank(text);
    const number = blankText ? Number.NaN : Number(text);
    return (
      (blank === undefined || blank === blankText) &&
      (equals === undefined || text === equals) &&
      (condition.in === undefined || condition.in.includes(text)) &&
      (startsWith === undefined || text.startsWith(startsWith)) &&
      (atMost === undefined || number <= atMost) &&
      (atLeast === undefined || number >= atLeast)
    );
  };
}
