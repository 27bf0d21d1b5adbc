export interface SeedOptions {
  /** Longest piece in characters. */
  readonly maxPieceLength: number;
  /** Candidates to start from. */
  readonly seedSize: number;
}

/**
 * Substrings to start from, with their counts times their length: all characters, and the longer
 * ones that repeat. A substring can only repeat if its parts do, so each length starts from the last.
 */
export function seedPieces(
  words: ReadonlyMap<string, number>,
  { maxPieceLength, seedSize }: SeedOptions,
): Map<string, number> {
  const split = [...words].map(([word, count]) => ({ characters: [...word], count }));
  const pieces = countSubstrings(split, 1, () => true);
  let known: ReadonlyMap<string, number> = pieces;
  const longer: [string, number][] = [];
  for (let length = 2; length <= maxPieceLength && known.size > 0; length += 1) {
    const repeats = (start: string, end: string) => known.has(start) && known.has(end);
    const counted = countSubstrings(split, length, repeats);
    for (const [piece, count] of counted) if (count < 2) counted.delete(piece);
    for (const [piece, count] of counted) longer.push([piece, count * length]);
    known = counted;
  }
  longer.sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  for (const [piece, score] of longer.slice(0, seedSize)) pieces.set(piece, score);
  return pieces;
}

interface SplitWord {
  readonly characters: readonly string[];
  readonly count: number;
}

/** Counts of the substrings of a length whose start and end (one shorter) pass the test. */
function countSubstrings(
  words: readonly SplitWord[],
  length: number,
  test: (start: string, end: string) => boolean,
): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { characters, count } of words)
    for (let at = 0; at + length <= characters.length; at += 1) {
      const piece = characters.slice(at, at + length).join('');
      const start = length > 1 ? characters.slice(at, at + length - 1).join('') : '';
      const end = length > 1 ? characters.slice(at + 1, at + length).join('') : '';
      if (test(start, end)) counts.set(piece, (counts.get(piece) ?? 0) + count);
    }
  return counts;
}
