import { BERT_SPECIAL } from './bert-definition.ts';
import { addPairs, bestPair, forget, type MergeState, startMerges } from './pairs.ts';

export interface WordPieceOptions {
  readonly vocabularySize: number;
  /** Characters rarer than this are left to [UNK]. */
  readonly minCharacterCount: number;
  /** Most characters to keep: Han alone has tens of thousands. */
  readonly maxCharacters: number;
}

/**
 * A WordPiece vocabulary of word counts, token of each id, by merging the most frequent pair of
 * neighbouring pieces until the vocabulary is full (Schuster and Nakajima 2012; pair frequency in
 * place of likelihood, as in Sennrich et al. 2016). The same counts give the same vocabulary: ties
 * go to the pair that sorts first.
 */
export function trainWordPiece(
  words: ReadonlyMap<string, number>,
  options: WordPieceOptions,
): string[] {
  const characters = frequentCharacters(words, options);
  const vocabulary = new Set<string>([...BERT_SPECIAL]);
  for (const [piece] of sortedByCount(initialPieces(words, characters))) {
    if (vocabulary.size < options.vocabularySize) vocabulary.add(piece);
  }
  const state = startMerges(words, vocabulary);
  while (vocabulary.size < options.vocabularySize) {
    const pair = bestPair(state);
    if (!pair) break;
    vocabulary.add(merge(state, pair));
  }
  return [...vocabulary];
}

/** Joins a pair wherever it stands; gives the new piece. */
function merge(state: MergeState, pair: string): string {
  const [left = '', right = ''] = pair.split(' ');
  const joined = left + right.replace(/^##/, '');
  for (const index of state.places.get(pair) ?? []) {
    const word = state.words[index];
    if (!word) continue;
    const pieces: string[] = [];
    for (const piece of word.pieces) {
      if (piece === right && pieces.at(-1) === left) pieces[pieces.length - 1] = joined;
      else pieces.push(piece);
    }
    addPairs(state, index, -1);
    word.pieces = pieces;
    addPairs(state, index, 1);
  }
  forget(state, pair);
  return joined;
}

function frequentCharacters(
  words: ReadonlyMap<string, number>,
  { minCharacterCount, maxCharacters }: WordPieceOptions,
): Set<string> {
  const counts = new Map<string, number>();
  for (const [word, count] of words)
    for (const character of word) counts.set(character, (counts.get(character) ?? 0) + count);
  const kept = sortedByCount(counts).filter(([, count]) => count >= minCharacterCount);
  return new Set(kept.slice(0, maxCharacters).map(([character]) => character));
}

/** Single characters, as a word's start and (where they occur there) inside it. */
function initialPieces(
  words: ReadonlyMap<string, number>,
  characters: ReadonlySet<string>,
): Map<string, number> {
  const counts = new Map<string, number>();
  for (const [word, count] of words)
    [...word].forEach((character, position) => {
      if (!characters.has(character)) return;
      const piece = position === 0 ? character : `##${character}`;
      counts.set(piece, (counts.get(piece) ?? 0) + count);
      // A word must be spellable wherever its characters stand, so both forms go in together.
      if (position > 0) counts.set(character, counts.get(character) ?? 0);
    });
  return counts;
}

function sortedByCount(counts: ReadonlyMap<string, number>): [string, number][] {
  return [...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
}
