import { HAN, PIECES, type TermOptions } from './terms.ts';

const segmenter = new Intl.Segmenter('zh', { granularity: 'word' });

/**
 * The terms of a text as `termsOf` counts them, each under the letter of its kind, with the words that
 * each of its occurrences is a part of: of spaced scripts the words themselves, of Han those of the
 * Unicode dictionary.
 */
export function placedTerms(
  text: string,
  { words, letters, han }: TermOptions,
): Map<string, string[][]> {
  const found = new Map<string, string[][]>();
  const add = (term: string, of: readonly string[]) => {
    const own = found.get(term) ?? [];
    own.push([...new Set(of)]);
    found.set(term, own);
  };
  let recent: string[] = [];
  for (const run of text.normalize('NFKC').toLowerCase().match(PIECES) ?? []) {
    if (HAN.test(run)) {
      const owners = ownersOf(run);
      recent = [];
      for (const { from, to, piece } of piecesOf([...run], han))
        add(`h${piece}`, owners.slice(from, to));
      continue;
    }
    recent.push(run);
    for (let n = words[0]; n <= Math.min(words[1], recent.length); n += 1)
      add(`w${recent.slice(-n).join(' ')}`, recent.slice(-n));
    for (const { piece } of piecesOf([' ', ...run, ' '], letters)) add(`c${piece}`, [run]);
  }
  return found;
}

/** The word that each character of a stretch of Han is in. */
const ownersOf = (run: string): string[] =>
  [...segmenter.segment(run)].flatMap(({ segment }) => [...segment].map(() => segment));

function piecesOf(signs: readonly string[], [least, most]: readonly [number, number]) {
  return signs.flatMap((_, from) =>
    Array.from({ length: most - least + 1 }, (_, i) => from + least + i)
      .filter((to) => to <= signs.length)
      .map((to) => ({ from, to, piece: signs.slice(from, to).join('') })),
  );
}
