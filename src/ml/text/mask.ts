import { findAddresses } from './pii/addresses.ts';
import { findEmails } from './pii/emails.ts';
import { type Found, unite } from './pii/found.ts';
import { findKnown, type KnownPii } from './pii/known.ts';
import { matchesOf } from './pii/matches.ts';
import { findNamesBeside } from './pii/names-beside.ts';
import { findEnglishNames } from './pii/names-en.ts';
import { findChineseNames } from './pii/names-zh.ts';
import { findNumbers } from './pii/numbers.ts';

export type { KnownPii };

const PLACEHOLDER = /\[(?:EMAIL|PHONE|CARD|NAME|ID|ADDRESS)\]/g;
const MOST_PASSES = 5;

/** A masked text, and where its places went. */
export interface Masked {
  readonly text: string;
  /** The place in the masked text of a place in the original: the border of a placeholder inside one. */
  move(place: number, side: 'start' | 'end'): number;
}

/**
 * The text with personal data replaced by [EMAIL], [PHONE], [CARD], [NAME], [ID] and [ADDRESS]: what
 * any model or log may see. Takes time in proportion to the text's length; masking again changes
 * nothing. Names are found where words announce them (我叫, my name is, Dear, 先生, a signature), by
 * common given names, and wherever `known` names stand; other people's names without such a sign
 * remain. Prices, counts, dates and times are left alone.
 */
export const mask = (text: string, known: KnownPii = {}): string =>
  maskWithPlaces(text, known).text;

/** The same for texts that have labels at places of theirs. */
export function maskWithPlaces(text: string, known: KnownPii = {}): Masked {
  const passes: (readonly Found[])[] = [];
  let masked = text;
  // What has gone may leave a border where a word had none: look again until nothing is found.
  for (let found = findPii(text, known); found.length > 0; found = findPii(masked, known)) {
    masked = replace(masked, found);
    if (passes.push(found) === MOST_PASSES) break;
  }
  return {
    text: masked,
    move: (place, side) => passes.reduce((so, found) => move(found, so, side), place),
  };
}

function findPii(text: string, known: KnownPii): Found[] {
  const contacts = [...findEmails(text), ...findNumbers(text)];
  const found = [
    ...contacts,
    ...findKnown(text, known),
    ...findNamesBeside(text, contacts),
    ...findChineseNames(text),
    ...findEnglishNames(text),
    ...findAddresses(text),
  ];
  return found.length > 0 ? unite(outside(text, found)) : found;
}

/** Without what lies in a placeholder: someone may be called Name. */
function outside(text: string, found: readonly Found[]): Found[] {
  const taken = matchesOf(text, PLACEHOLDER).map(({ 0: match, index }) => ({
    start: index,
    end: index + match.length,
  }));
  let next = 0;
  const sorted = [...found].sort((a, b) => a.start - b.start);
  return sorted.filter(({ start, end }) => {
    while (next < taken.length && (taken[next]?.end ?? 0) <= start) next += 1;
    return (taken[next]?.start ?? end) >= end;
  });
}

function replace(text: string, found: readonly Found[]): string {
  const parts: string[] = [];
  let done = 0;
  for (const { start, end, kind } of found) {
    parts.push(text.slice(done, start), `[${kind}]`);
    done = end;
  }
  return parts.join('') + text.slice(done);
}

function move(found: readonly Found[], place: number, side: 'start' | 'end'): number {
  let shift = 0;
  for (const { start, end, kind } of found) {
    if (place <= start) break;
    const length = kind.length + 2;
    if (place < end) return start + shift + (side === 'start' ? 0 : length);
    shift += length - (end - start);
  }
  return place + shift;
}
