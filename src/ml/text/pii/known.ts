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
  const lower = text.toLowerCase();
  // A few letters change their length with their case; places would no longer agree.
  const same = lower.length === text.length ? lower : text;
  const whole = (value: string, kind: PiiKind) => findAll(same, text, value.toLowerCase(), kind);
  return [
    ...(known.names ?? []).flatMap((name) => findName(text, same, name.trim())),
    ...(known.emails ?? []).flatMap((email) => whole(email.trim(), 'EMAIL')),
    ...(known.phones ?? []).flatMap((phone) => whole(phone.trim(), 'PHONE')),
    ...findPhones(text, known.phones ?? []),
    ...(known.ids ?? []).flatMap((id) => (isTelling(id) ? whole(id.trim(), 'ID') : [])),
  ];
}

/** Long enough not to be an ordinary word or number. */
const isTelling = (id: string): boolean =>
  id.trim().length >= 6 || (id.trim().length >= 4 && /\p{L}.*\d|\d.*\p{L}/u.test(id));

function findName(text: string, same: string, name: string): Found[] {
  if (HAN.test(name)) {
    const given = name.length >= 3 ? findAll(text, text, name.slice(-2), 'NAME') : [];
    return name.length < 2 ? [] : [...findAll(text, text, name, 'NAME'), ...given];
  }
  const parts = name.split(/[\s.,]+/).filter((part) => part.length >= 2);
  const capital = parts.map((part) => part.charAt(0).toUpperCase() + part.slice(1));
  return [
    ...(parts.length > 0 ? findAll(same, text, name.toLowerCase(), 'NAME') : []),
    // As written with a capital only: Young is a name, young is none.
    ...capital.flatMap((part) => findAll(text, text, part, 'NAME')),
  ];
}

/** Every place of `value` that is no part of a longer word. */
function findAll(haystack: string, text: string, value: string, kind: PiiKind): Found[] {
  const found: Found[] = [];
  if (value.length < 2) return found;
  const bounded = !/\p{Script=Han}/u.test(value);
  for (
    let start = haystack.indexOf(value);
    start >= 0;
    start = haystack.indexOf(value, start + 1)
  ) {
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

function findPhones(text: string, phones: readonly string[]): Found[] {
  const ends = new Set(
    phones
      .map((phone) => phone.replaceAll(/\D/g, ''))
      .filter((digits) => digits.length >= SAME_DIGITS)
      .map((digits) => digits.slice(-SAME_DIGITS)),
  );
  if (ends.size === 0) return [];
  return findRuns(text).flatMap(({ start, end, groups }): Found[] =>
    ends.has(groups.join('').slice(-SAME_DIGITS)) ? [{ start, end, kind: 'PHONE' }] : [],
  );
}
