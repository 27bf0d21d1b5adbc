import type { Locale } from '../../ml/text/customer/words.ts';
import type { Trait } from './history.ts';
import type { Written } from './written.ts';

const LANGUAGE = /^(?:language|locale|lang|preferred_?language)$/i;
const CHINESE = /\p{Script=Han}/gu;

/** The language of a customer: the one they chose, else the one they write; undefined of who did neither. */
export function customerLanguage(
  traits: readonly Trait[],
  texts: readonly Pick<Written, 'text'>[],
): Locale | undefined {
  const chosen = traits.find(({ name }) => LANGUAGE.test(name))?.value;
  if (typeof chosen === 'string') return /^(?:zh|chinese|中文)/i.test(chosen) ? 'zh' : 'en';
  const written = texts.map(({ text }) => text).join('');
  if (written.trim() === '') return undefined;
  return (written.match(CHINESE)?.length ?? 0) * 4 > written.length ? 'zh' : 'en';
}
