import { expectedCounts, type Pieces, segment } from './lattice.ts';
import { type SeedOptions, seedPieces } from './seeds.ts';

export interface UnigramOptions extends SeedOptions {
  /** Pieces to end with, special tokens not counted. */
  readonly vocabularySize: number;
}

/** A piece and the logarithm of its probability. */
export type ScoredPiece = readonly [piece: string, score: number];

/** Expectation and maximisation twice before each pruning, as in SentencePiece. */
const STEPS = 2;
/** Share of the pieces that a pruning keeps. */
const KEPT = 0.75;

/**
 * The pieces of a unigram language model (Kudo 2018, sec. 3.2): from many frequent substrings, fit
 * the probabilities by expectation maximisation, then drop the pieces whose loss costs the
 * likelihood least, until the size is right. Single characters always stay, so that every known
 * character can be written. The same counts give the same pieces.
 * @param counts how often each stretch of text occurs; pieces do not cross their borders
 */
export function trainUnigram(
  counts: ReadonlyMap<string, number>,
  options: UnigramOptions,
): ScoredPiece[] {
  // Sums of fractions depend on their order in the last digits, and the pieces on those.
  const words = new Map([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
  let pieces = normalised(seedPieces(words, options));
  for (;;) {
    for (let step = 0; step < STEPS; step += 1) pieces = maximised(pieces, words);
    if (pieces.size <= options.vocabularySize) break;
    const wanted = Math.max(options.vocabularySize, Math.floor(pieces.size * KEPT));
    pieces = pruned(pieces, words, wanted);
  }
  return [...pieces].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
}

/** One step: expected counts under the current probabilities become the new ones. */
function maximised(pieces: Pieces, words: ReadonlyMap<string, number>): Map<string, number> {
  const counts = expectedCounts(pieces, words);
  const kept = new Map<string, number>();
  for (const piece of pieces.keys()) {
    const count = counts.get(piece) ?? 0;
    // Rarely used pieces go at once; characters keep a floor.
    if (count >= 0.5 || isCharacter(piece)) kept.set(piece, Math.max(count, 0.5));
  }
  return normalised(kept);
}

/**
 * Keeps `wanted` pieces. What a piece is worth: its count times how much less likely its text is
 * when it must be written with the others.
 */
function pruned(
  pieces: Pieces,
  words: ReadonlyMap<string, number>,
  wanted: number,
): Map<string, number> {
  const counts = expectedCounts(pieces, words);
  const characters = [...pieces].filter(([piece]) => isCharacter(piece));
  const worth = [...pieces]
    .filter(([piece]) => !isCharacter(piece))
    .map(([piece, score]) => {
      const other = segment(pieces, piece, piece);
      return [piece, score, (counts.get(piece) ?? 0) * (score - other.score)] as const;
    })
    .sort(([a, , x], [b, , y]) => y - x || (a < b ? -1 : 1));
  const room = Math.max(0, wanted - characters.length);
  const kept = worth.slice(0, room).map(([piece, score]) => [piece, score] as const);
  return new Map([...characters, ...kept]);
}

function isCharacter(piece: string): boolean {
  return piece.length === 1 || (piece.length === 2 && (piece.codePointAt(0) ?? 0) > 0xffff);
}

/** Counts as logarithms of probabilities. */
function normalised(counts: ReadonlyMap<string, number>): Map<string, number> {
  const total = Math.log([...counts.values()].reduce((sum, count) => sum + count, 0));
  return new Map([...counts].map(([piece, count]) => [piece, Math.log(count) - total]));
}
