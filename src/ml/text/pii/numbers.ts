import { isIban, isLuhn, isResidentId } from './checksums.ts';
import type { Found, PiiKind } from './found.ts';
import { matchesOf } from './matches.ts';
import { findRuns, type Run } from './runs.ts';

const PHONE_CUE =
  /电话|手机|号码|座机|热线|拨打|致电|微信|(?<![@\w])qq(?![\w.])|联系方式|\b(?:tel|phone|mobile|cell|call|text|whatsapp|wechat|reach|fax|contact|ring|dial)\b/gi;
const ID_CUE =
  /身份证|证件|护照|账号|账户|帐号|卡号|保单|\b(?:passport|ssn|social security|national id|account|card|iban|tax id|licen[cs]e|policy)(?: (?:no|number|num|id))?\b/gi;
/** How far before a number its cue may stand, and what may stand between them: nothing (to be) masked. */
const REACH = 24;
const ANYTHING = /^[^\d０-９[\]]*$/;
const LINK = /^(?:[\s:：#.,-]|is\b|no\b|number\b|num\b|ending\b|in\b|为|是|号|码|后|尾)*$/i;

/**
 * Telephone, card, account and identity numbers. Everything of nine digits or more that is no
 * amount, date or list counts, whatever its form: a model loses nothing by not seeing it. Shorter
 * ones (seven, or five after a word such as `account`) only after a word that announces them.
 */
export function findNumbers(text: string): Found[] {
  const phone = createCue(text, PHONE_CUE, ANYTHING);
  const id = createCue(text, ID_CUE, LINK);
  const found: Found[] = [];
  for (const run of findRuns(text)) {
    const count = digitsOf(run).length;
    const said = { phone: phone(run.start), id: id(run.start) };
    const kind = count >= 7 ? classify(text, run, said) : undefined;
    if (kind) found.push(widen(text, run, kind));
    else if (said.id && !isAmount(text, run)) found.push(toFound(run, 'ID'));
  }
  return [...found, ...findIbans(text), ...findCodes(text)];
}

const digitsOf = (run: Run): string => run.groups.join('');

/** Whether a word of the list ends shortly before a place; ask for places in ascending order. */
function createCue(text: string, words: RegExp, between: RegExp): (place: number) => boolean {
  const ends = matchesOf(text, words).map((match) => match.index + match[0].length);
  let next = 0;
  return (place) => {
    while (next < ends.length && (ends[next] ?? 0) <= place) next += 1;
    const end = ends[next - 1];
    return end !== undefined && place - end <= REACH && between.test(text.slice(end, place));
  };
}

/** What a number of seven digits or more is; `said`: what a word before it says that it is. */
function classify(
  text: string,
  run: Run,
  said: { readonly phone: boolean; readonly id: boolean },
): PiiKind | undefined {
  const digits = digitsOf(run);
  if (run.plus && digits.length >= 8) return digits.length > 15 ? 'ID' : 'PHONE';
  if (/^\d{3}-\d{2}-\d{4}$|^\d{1,3}(?:\.\d{1,3}){3}$/.test(shapeOf(run))) return 'ID';
  if (isResidentId(digits)) return 'ID';
  if (/^[1-9]\d{12,18}$/.test(digits) && isLuhn(digits)) return 'CARD';
  if (isAmount(text, run)) return undefined;
  if (said.id && !said.phone) return 'ID';
  if (!said.phone && (digits.length < 9 || isList(run))) return undefined;
  return digits.length <= (digits.startsWith('00') ? 15 : 12) ? 'PHONE' : 'ID';
}

const toFound = ({ start, end }: Run, kind: PiiKind): Found => ({ start, end, kind });

const shapeOf = ({ groups, joints }: Run): string =>
  groups.map((group, index) => group + (joints[index] ?? '')).join('');

/** After a sign of a currency, or grouped by thousands and round. */
function isAmount(text: string, { start, groups, plus }: Run): boolean {
  if (plus || groups.join('').length >= 13) return false;
  if (/[¥￥$€£₹]\s?$/.test(text.slice(Math.max(0, start - 2), start))) return true;
  const [first = '', ...rest] = groups;
  return first.length <= 3 && rest.length > 0 && rest.every((group) => group === '000');
}

/** Years, sizes and ranges beside each other. */
function isList({ groups, joints }: Run): boolean {
  const [first = '', second = ''] = groups;
  if (first.startsWith('0') || groups.length < 2) return false;
  if (groups.every((group) => /^(?:19|20)\d\d$/.test(group))) return true;
  if (groups.every((group) => group.length <= 2)) return true;
  const range = groups.length === 2 && joints[0] !== ' ' && first.length <= 7 && second.length <= 7;
  if (range && !second.startsWith('0') && Number(first) < Number(second)) return true;
  return groups.length > 3 && groups.every((group) => group.length <= 3);
}

/** With the X that ends some identity numbers. */
function widen(text: string, run: Run, kind: PiiKind): Found {
  const { start, end } = run;
  const x = digitsOf(run).length === 17 && /[Xx]/.test(text.charAt(end));
  return { start, end: x ? end + 1 : end, kind: x ? 'ID' : kind };
}

const IBAN =
  /(?<![A-Za-z\d])[A-Za-z]{2}\d{2}(?: ?[A-Za-z\d]{4}){2,7}(?: ?[A-Za-z\d]{1,3})?(?![A-Za-z\d])/g;
/** Passports (E12345678), UUIDs, and tokens of sixteen signs with six digits among them. */
const CODE =
  /(?<![A-Za-z\d])(?:[A-Z]{1,3}\d{7,9}|[\da-fA-F]{8}(?:-[\da-fA-F]{4}){3}-[\da-fA-F]{12}|(?=[A-Za-z]*\d)[A-Za-z\d]{16,128})(?![A-Za-z\d])/g;

/** A match may have run on into the next word: its longest good beginning counts. */
function findIbans(text: string): Found[] {
  return matchesOf(text, IBAN).flatMap(({ 0: match, index }): Found[] => {
    for (let end = match.length; end >= 15; end = match.lastIndexOf(' ', end - 1))
      if (isIban(match.slice(0, end).replaceAll(' ', '')))
        return [{ start: index, end: index + end, kind: 'CARD' }];
    return [];
  });
}

function findCodes(text: string): Found[] {
  return matchesOf(text, CODE).flatMap(({ 0: match, index }): Found[] =>
    match.replaceAll(/\D/g, '').length >= 6
      ? [{ start: index, end: index + match.length, kind: 'ID' }]
      : [],
  );
}
