import type { Found } from './found.ts';
import { matchesOf } from './matches.ts';
import { GIVEN_NAMES, NOT_NAMES } from './name-lists.ts';

/** A name follows, capitalised or not. */
const CUE =
  /\b(?:my (?:full |first |last |sur)?name(?: is|'s|’s|:)|name ?:|i am called|they call me)\s{0,3}/gi;
/** A name may follow: only capitalised words, and one alone only when it is a well-known name. */
const WEAK_CUE = /\b(?:this is|i am|i'm|i’m|it's|it’s|ask for|speak to|speaking with)\s{1,3}/gi;
const GREETING = /\b(?:dear|hi|hello|hey|good (?:morning|afternoon|evening)) {1,2}/gi;
const TITLE = /\b(?:[Mm]rs?|MRS?|[Mm]s|MS|[Mm]iss|[Mm]x|[Dd]r|[Pp]rof)\b\.?\s{1,2}/g;
const SIGNATURE =
  /\b(?:regards|sincerely|faithfully|cheers|best wishes|best|many thanks|thank you|thanks|yours|signed(?: by)?)\s{0,2}[,:\n—–-]\s{0,3}/gi;
const WORD = /\p{L}[\p{L}'’.-]{0,30}/uy;
const PAIR = /(?<![\p{L}\d])(\p{Lu}\p{Ll}{1,20}) (?:\p{Lu}\.? )?\p{Lu}[\p{Ll}'’]{1,3}\p{L}{0,20}/gu;

/** English names after introductions, greetings and titles, in signatures, and after a given name. */
export function findEnglishNames(text: string): Found[] {
  return [
    ...after(text, CUE, { most: 3, alone: true, small: true }),
    ...after(text, WEAK_CUE, { most: 3, alone: false, small: false }),
    ...after(text, GREETING, { most: 2, alone: true, small: false }),
    ...after(text, TITLE, { most: 3, alone: true, small: false }),
    ...after(text, SIGNATURE, { most: 3, alone: true, small: false }),
    ...fullNames(text),
  ];
}

interface Manner {
  /** How many words a name has at most. */
  readonly most: number;
  /** Whether one capitalised word is enough; otherwise it has to be a known given name. */
  readonly alone: boolean;
  /** Whether the words may be in small letters. */
  readonly small: boolean;
}

function after(text: string, cue: RegExp, manner: Manner): Found[] {
  return matchesOf(text, cue).flatMap(({ 0: match, index }) => {
    const start = index + match.length;
    const end = nameEnd(text, start, manner);
    return end > start ? [toFound(start, end)] : [];
  });
}

/** The end of up to `most` name words from `start`; `start` when there is none. */
export function nameEnd(text: string, start: number, { most, alone, small }: Manner): number {
  let end = start;
  let count = 0;
  let first = '';
  for (let place = start; count < most; place = end + 1) {
    WORD.lastIndex = place;
    const word = WORD.exec(text)?.[0].replace(/[.'’-]+$/, '');
    if (!word || !isName(word, small)) break;
    first ||= word;
    count += 1;
    end = place + word.length;
    // A dot may belong to an initial; otherwise one blank joins the words of a name.
    if (word.length === 1 && text.charAt(end) === '.') end += 1;
    if (text.charAt(end) !== ' ') break;
  }
  return count > 1 || alone || GIVEN_NAMES.has(first) ? end : start;
}

const isName = (word: string, small: boolean): boolean =>
  (small || /^\p{Lu}/u.test(word)) &&
  !/^\p{Script=Han}/u.test(word) &&
  !NOT_NAMES.has(word.toLowerCase());

function fullNames(text: string): Found[] {
  return matchesOf(text, PAIR).flatMap(({ 0: match, 1: given = '', index }) =>
    GIVEN_NAMES.has(given) ? [toFound(index, index + match.length)] : [],
  );
}

const toFound = (start: number, end: number): Found => ({ start, end, kind: 'NAME' });
