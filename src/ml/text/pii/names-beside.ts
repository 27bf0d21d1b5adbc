import type { Found } from './found.ts';
import { nameEnd } from './names-en.ts';
import { clauseName } from './names-zh.ts';

const REACH = 48;
const GAP = /[,，、:：\s]{1,3}$/;

/** Names that stand as a clause of their own before a telephone number or address: `王伟，138...`. */
export function findNamesBeside(text: string, contacts: readonly Found[]): Found[] {
  return contacts.flatMap(({ start: contact }): Found[] => {
    const before = text.slice(Math.max(0, contact - REACH), contact);
    const gap = GAP.exec(before)?.[0];
    if (!gap || /^ +$/.test(gap)) return [];
    const end = contact - gap.length;
    const clause =
      /[^,，。.!！?？;；:：\n]*$/.exec(text.slice(Math.max(0, end - REACH), end))?.[0] ?? '';
    const start = end - clause.trimStart().length;
    const whole = { most: 3, alone: true, small: false };
    const isName = clauseName(text, start) === end || nameEnd(text, start, whole) === end;
    return isName && start < end ? [{ start, end, kind: 'NAME' }] : [];
  });
}
