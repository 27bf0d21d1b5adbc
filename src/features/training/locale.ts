import type { Trait } from './history.ts';
import type { Written } from './written.ts';

const LANGUAGE = /^(?:language|locale|lang|preferred_?language)$/i;
const CHINESE = /\p{Script=Han}/gu;

/** The language to write about a customer in: the one they chose, else the one they write. */
export function localeOf(traits: readonly Trait[], texts: readonly Written[]): 'zh' | 'en' {
  const chosen = traits.find(({ name }) => LANGUAGE.test(name))?.value;
  if (typeof chosen === 'string') return /^(?:zh|chinese|中文)/i.test(chosen) ? 'zh' : 'en';
  const written = texts.map(({ text }) => text).join('');
  return (written.match(CHINESE)?.length ?? 0) * 4 > written.length ? 'zh' : 'en';
}
