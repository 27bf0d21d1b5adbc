import { SPACE } from './t5-definition.ts';

/** Longest stretch that is counted whole: Chinese runs on without spaces. */
const LONGEST = 16;

/**
 * How often each stretch of text occurs that a piece may cover: words with the mark of their
 * beginning, split where the writing changes (letters, digits, punctuation) so that no piece joins a
 * word with the comma after it.
 */
export function countStretches(texts: Iterable<string>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts)
    for (const word of text.normalize('NFKC').split(/\s+/u))
      if (word !== '')
        for (const stretch of stretchesOf(SPACE + word))
          counts.set(stretch, (counts.get(stretch) ?? 0) + 1);
  return counts;
}

const WRITING = /▁?\p{sc=Han}+|▁?[\p{L}\p{M}']+|▁?\p{N}|▁?[^\p{L}\p{M}\p{N}▁]|▁/gu;

function* stretchesOf(word: string): Generator<string> {
  for (const [part] of word.matchAll(WRITING)) {
    const characters = [...part];
    for (let at = 0; at < characters.length; at += LONGEST)
      yield characters.slice(at, at + LONGEST).join('');
  }
}
