import { readFileSync } from 'node:fs';
import { pick, type Random } from './random.ts';

/** Phrases by section; see the files in lexicon/. */
export type Lexicon = ReadonlyMap<string, readonly string[]>;

/** Reads lexicon/`name`.txt: [section] headers, one phrase a line, # comments. */
export function readLexicon(name: string): Lexicon {
  const lexicon = new Map<string, string[]>();
  let section: string[] = [];
  for (const line of readFileSync(new URL(`./lexicon/${name}.txt`, import.meta.url), 'utf8').split(
    '\n',
  )) {
    const header = /^\[([a-z0-9_.]+)\]$/.exec(line)?.[1];
    if (header !== undefined) {
      section = [];
      lexicon.set(header, section);
    } else if (line !== '' && !line.startsWith('#')) section.push(line);
  }
  return lexicon;
}

/** The phrases of a section; throws where the lexicon has none. */
export function phrases(lexicon: Lexicon, section: string): readonly string[] {
  const found = lexicon.get(section);
  if (!found?.length)
    throw new Error(`Lexicon has no section [${section}]: add it to lexicon/*.txt`);
  return found;
}

/** One phrase of the section, its (a|b) alternatives chosen and its {slots} filled. */
export function phrase(
  random: Random,
  lexicon: Lexicon,
  section: string,
  slots: Readonly<Record<string, string>> = {},
): string {
  const chosen = pick(random, phrases(lexicon, section)).replace(
    /\(([^()]*\|[^()]*)\)/g,
    (_, list) => pick(random, String(list).split('|')),
  );
  return chosen.replace(/\{([a-z]+)\}/g, (_, slot) => {
    const value = slots[String(slot)];
    if (value === undefined)
      throw new Error(`Nothing fills {${slot}} of [${section}]: "${chosen}"`);
    return value;
  });
}
