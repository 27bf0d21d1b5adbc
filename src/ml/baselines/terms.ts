/** Which pieces of a text are counted. */
export interface TermOptions {
  /** Lengths of word n-grams (spaced scripts): from, to. */
  readonly words: readonly [number, number];
  /** Lengths of character n-grams within a word and its edges. */
  readonly letters: readonly [number, number];
  /** Lengths of n-grams of Han (and kana) characters, which are written without spaces. */
  readonly han: readonly [number, number];
}

/** Words of spaced scripts, and unbroken stretches of Han or kana. */
export const PIECES =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]+|[\p{L}\p{N}]+|[!?]/gu;
export const HAN = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u;

/**
 * The terms of a text with their counts, in two blocks that are weighted apart: whole words
 * (`word`) and pieces of words or Han characters (`piece`). Compatible forms (full-width letters)
 * are folded, upper case is lowered.
 */
export function termsOf(
  text: string,
  options: TermOptions,
): { word: Map<string, number>; piece: Map<string, number> } {
  const word = new Map<string, number>();
  const piece = new Map<string, number>();
  const recent: string[] = [];
  for (const run of text.normalize('NFKC').toLowerCase().match(PIECES) ?? []) {
    if (HAN.test(run)) {
      addPieces(piece, [...run], options.han, 'h');
      recent.length = 0;
    } else {
      recent.push(run);
      addEndingHere(word, recent, options.words);
      addPieces(piece, [' ', ...run, ' '], options.letters, 'c');
    }
  }
  return { word, piece };
}

/** The word n-grams that end with the last of `recent`. */
function addEndingHere(
  counts: Map<string, number>,
  recent: readonly string[],
  [from, to]: readonly [number, number],
): void {
  for (let n = from; n <= Math.min(to, recent.length); n += 1)
    add(counts, `w${recent.slice(-n).join(' ')}`);
}

function addPieces(
  counts: Map<string, number>,
  letters: readonly string[],
  [from, to]: readonly [number, number],
  kind: string,
): void {
  for (let start = 0; start < letters.length; start += 1) {
    let piece = kind;
    for (let n = 1; n <= to && start + n <= letters.length; n += 1) {
      piece += letters[start + n - 1];
      if (n >= from) add(counts, piece);
    }
  }
}

function add(counts: Map<string, number>, term: string): void {
  counts.set(term, (counts.get(term) ?? 0) + 1);
}
