import type { Found, PiiKind } from './found.ts';
import { findRuns } from './runs.ts';

/** What is known of the person who wrote a text: found wherever it stands, whatever surrounds it. */
export interface KnownPii {
  readonly names?: readonly string[];
  readonly emails?: readonly string[];
  readonly phones?: readonly string[];
  /** Account names, devices and the like. */
  readonly ids?: readonly string[];
}

const HAN = /^\p{Script=Han}+$/u;
const LETTER = /[\p{L}\p{N}_]/u;
/** A number that ends with as many digits of a known one is that one. */
const SAME_DIGITS = 7;

/**
 * Known names (their parts too), addresses, numbers and ids. One letter, and ids and parts that are
 * short enough to be words, are left alone.
 */
export function findKnown(text: string, known: KnownPii): Found[] {
  const { values, phoneEnds } = prepared(known);
  if (values.length === 0) return [];
  const lower = text.toLowerCase();
  // A few letters change their length with their case; places would no longer agree.
  const small = lower.length === text.length ? lower : text;
  const found = values.flatMap(({ value, kind, anyCase }) =>
    findAll(anyCase ? small : text, text, value, kind),
  );
  return phoneEnds.size === 0 ? found : [...found, ...findPhones(text, phoneEnds)];
}

/** What to look for. */
interface Value {
  readonly value: string;
  readonly kind: PiiKind;
  /** In small letters, for a text in small letters. */
  readonly anyCase: boolean;
}

interface PreparedPii {
  readonly values: readonly Value[];
  /** The last digits of known telephone numbers. */
  readonly phoneEnds: ReadonlySet<string>;
}

/** A customer's texts come one after the other. */
const memory = new WeakMap<KnownPii, PreparedPii>();

function prepared(known: KnownPii): PreparedPii {
  const remembered = memory.get(known);
  if (remembered) return remembered;
  const { names = [], emails = [], phones = [], ids = [] } = known;
  const whole = (kind: PiiKind) => (value: string) => ({
    value: value.trim().toLowerCase(),
    kind,
    anyCase: true,
  });
  const values = [
    ...names.flatMap((name) => nameValues(name.trim())),
    ...emails.map(whole('EMAIL')),
    ...phones.map(whole('PHONE')),
    ...ids.filter(isTelling).map(whole('ID')),
  ].filter(({ value }) => value.length >= 2);
  const made = { values, phoneEnds: phoneEndsOf(phones) };
  memory.set(known, made);
  return made;
}

/** Long enough not to be an ordinary word or number. */
const isTelling = (id: string): boolean =>
  id.trim().length >= 6 || (id.trim().length >= 4 && /\p{L}.*\d|\d.*\p{L}/u.test(id));

function nameValues(name: string): Value[] {
  const exact = (value: string): Value => ({ value, kind: 'NAME', anyCase: false });
  if (HAN.test(name)) {
    if (name.length < 2) return [];
    return name.length < 3 ? [exact(name)] : [exact(name), exact(name.slice(-2))];
  }
  const parts = name.split(/[\s.,]+/).filter((part) => part.length >= 2);
  if (parts.length === 0) return [];
  // A part as written with a capital only: Young is a name, young is none.
  const capital = parts.map((part) => exact(part.charAt(0).toUpperCase() + part.slice(1)));
  return [{ value: name.toLowerCase(), kind: 'NAME', anyCase: true }, ...capital];
}

const phoneEndsOf = (phones: readonly string[]): Set<string> =>
  new Set(
    phones
      .map((phone) => phone.replaceAll(/\D/g, ''))
      .filter((digits) => digits.length >= SAME_DIGITS)
      .map((digits) => digits.slice(-SAME_DIGITS)),
  );

/** Every place of `value` that is no part of a longer word. */
function findAll(haystack: string, text: string, value: string, kind: PiiKind): Found[] {
  const found: Found[] = [];
  let start = haystack.indexOf(value);
  if (start < 0) return found;
  const bounded = !/\p{Script=Han}/u.test(value);
  for (; start >= 0; start = haystack.indexOf(value, start + 1)) {
    const end = start + value.length;
    if (bounded && (isWordy(text, start - 1, start) || isWordy(text, end, end - 1))) continue;
    found.push({ start, end, kind });
  }
  return found;
}

/** Whether the signs inside and outside of a border are of one word; Chinese has no borders. */
const isWordy = (text: string, outside: number, inside: number): boolean =>
  LETTER.test(text.charAt(outside)) &&
  LETTER.test(text.charAt(inside)) &&
  !/\p{Script=Han}/u.test(text.charAt(outside));

const findPhones = (text: string, ends: ReadonlySet<string>): Found[] =>
  findRuns(text).flatMap(({ start, end, groups }): Found[] =>
    ends.has(groups.join('').slice(-SAME_DIGITS)) ? [{ start, end, kind: 'PHONE' }] : [],
  );
