import { OUTSIDE } from '../text/tags.ts';

/** A text's words with the tag of each. */
export interface TaggedWords {
  readonly words: readonly string[];
  readonly tags: readonly string[];
}

/** Sightings from which on a pair of words tells more than the second alone. */
const PAIR_SEEN = 2;

/**
 * Says of each word the class that it had most often in training (the baseline of CoNLL-2003: Tjong
 * Kim Sang & De Meulder 2003, 4): after the word before it where both were seen together, by itself,
 * or, of a word never seen, by its last letters and its shape (as Brants 2000, 2.3, for unknown
 * words). Words of one class in a row are one span.
 */
export function fitTagger(texts: readonly TaggedWords[]): (words: readonly string[]) => string[] {
  const counts = new Map<string, Map<string, number>>();
  for (const { words, tags } of texts)
    for (const [i, tag] of tags.entries())
      for (const key of keysOf(words, i)) {
        const own = counts.get(key) ?? new Map<string, number>();
        own.set(classOf(tag), (own.get(classOf(tag)) ?? 0) + 1);
        counts.set(key, own);
      }
  const known = new Map<string, string>();
  for (const [key, own] of counts) {
    const seen = [...own.values()].reduce((sum, count) => sum + count, 0);
    if (!key.startsWith('pair ') || seen >= PAIR_SEEN) known.set(key, commonest(own));
  }
  return (words) => {
    const classes = words.map((_, i) => {
      const key = keysOf(words, i).find((each) => known.has(each));
      return key === undefined ? '' : (known.get(key) as string);
    });
    return classes.map((own, i) => {
      if (own === '') return OUTSIDE;
      return `${classes[i - 1] === own ? 'I' : 'B'}-${own}`;
    });
  };
}

/** What a word is looked up by, the most telling first. */
function keysOf(words: readonly string[], place: number): string[] {
  const word = words[place] ?? '';
  const lower = word.toLowerCase();
  const before = words[place - 1]?.toLowerCase() ?? '';
  const shape = shapeOf(word);
  return [
    `pair ${before} ${lower}`,
    `word ${lower}`,
    `end ${shape} ${lower.slice(-3)}`,
    `shape ${shape}`,
  ];
}

/** `Ab1` of Rome66: kinds of letters, runs of a kind as one. */
function shapeOf(word: string): string {
  return word
    .replace(/\p{Lu}+/gu, 'A')
    .replace(/\p{Ll}+/gu, 'b')
    .replace(/\p{N}+/gu, '1')
    .replace(/\p{Script=Han}/gu, '字');
}

const classOf = (tag: string): string => (tag === OUTSIDE ? '' : tag.slice(2));

/** The first of equals in the order of the alphabet, so that the order of the rows does not matter. */
function commonest(counts: ReadonlyMap<string, number>): string {
  const [first] = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  return first?.[0] ?? '';
}
