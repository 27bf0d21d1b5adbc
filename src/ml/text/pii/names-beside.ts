import type { Found } from './found.ts';
import { nameEnd } from './names-en.ts';
import { clauseName } from './names-zh.ts';

const REACH = 48;
const GAP = /[,，、:：\s]{1,3}$/;
const CLAUSE = /[^,，。.!！?？;；:：\n]*$/;
const WORD = /[^\s,，。.!！?？;；:：]*$/;
const WHOLE = { most: 3, alone: true, small: false };

/** Names that stand by themselves before a telephone number or address: `王伟，138...`. */
export function findNamesBeside(text: string, contacts: readonly Found[]): Found[] {
  return contacts.flatMap(({ start: contact }): Found[] => {
    const before = text.slice(Math.max(0, contact - REACH), contact);
    const gap = GAP.exec(before)?.[0];
    if (!gap) return [];
    const end = contact - gap.length;
    const last = (apart: RegExp) =>
      end - (apart.exec(text.slice(Math.max(0, end - REACH), end))?.[0].trimStart().length ?? 0);
    const chinese = last(WORD);
    if (chinese < end && clauseName(text, chinese) === end) return [toFound(chinese, end)];
    const english = last(CLAUSE);
    const isName = !/^ +$/.test(gap) && english < end && nameEnd(text, english, WHOLE) === end;
    return isName ? [toFound(english, end)] : [];
  });
}

const toFound = (start: number, end: number): Found => ({ start, end, kind: 'NAME' });
