import { readFileSync } from 'node:fs';
import type { Random } from '../../random.ts';
import { below, pick } from './choose.ts';

/** Lines by section; see the files in ../grammar/. */
export type Grammar = ReadonlyMap<string, readonly string[]>;

/** Reads grammar files into one grammar: [section] headers, one line each, # comments. */
export function readGrammar(...names: readonly string[]): Grammar {
  const grammar = new Map<string, string[]>();
  for (const name of names) {
    let section: string[] = [];
    const path = new URL(`../grammar/${name}.txt`, import.meta.url);
    for (const line of readFileSync(path, 'utf8').split('\n')) {
      const header = /^\[([a-z0-9_.]+)\]$/.exec(line)?.[1];
      if (header !== undefined) {
        section = grammar.get(header) ?? [];
        grammar.set(header, section);
      } else if (line !== '' && !line.startsWith('#')) section.push(line);
    }
  }
  return grammar;
}

/** Section -> the section that takes its place while one text is written, such as any.item. */
export type Bindings = Readonly<Record<string, string>>;

/** The section's lines; throws where there are none. */
export function linesOf(grammar: Grammar, section: string): readonly string[] {
  const lines = grammar.get(section);
  if (!lines?.length) throw new Error(`The grammar has no section [${section}].`);
  return lines;
}

/** One line of the section with its (a|b) chosen and its {sections} written out, recursively. */
export function expandSection(
  random: Random,
  grammar: Grammar,
  section: string,
  bindings: Bindings = {},
): string {
  const line = pick(random, linesOf(grammar, bindings[section] ?? section));
  return expandLine(random, grammar, line, bindings);
}

export function expandLine(
  random: Random,
  grammar: Grammar,
  line: string,
  bindings: Bindings = {},
): string {
  return line
    .replace(/\(([^()]*\|[^()]*)\)/g, (_, list) => {
      const choices = String(list).split('|');
      return choices[below(random, choices.length)] ?? '';
    })
    .replace(/\{([a-z.]+)\}/g, (_, section) =>
      expandSection(random, grammar, String(section), bindings),
    );
}
