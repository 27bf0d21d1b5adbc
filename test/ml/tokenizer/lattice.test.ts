import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { expectedCounts, segment } from '../../../src/ml/tokenizer/train/lattice.ts';

const pieces = new Map([
  ['a', -1.2],
  ['b', -1.5],
  ['c', -3],
  ['ab', -1.9],
  ['bc', -2.2],
  ['abc', -4.5],
]);
const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 7 });

/** All ways to write a word, by trying every first piece. */
function waysToWrite(text: string): { pieces: string[]; score: number }[] {
  if (text === '') return [{ pieces: [], score: 0 }];
  return [...pieces].flatMap(([piece, score]) =>
    text.startsWith(piece)
      ? waysToWrite(text.slice(piece.length)).map((rest) => ({
          pieces: [piece, ...rest.pieces],
          score: score + rest.score,
        }))
      : [],
  );
}

describe('the lattice of ways to write a word', () => {
  it('has the likeliest one of all ways', () => {
    fc.assert(
      fc.property(word, (text) => {
        const best = Math.max(...waysToWrite(text).map(({ score }) => score));
        const found = segment(pieces, text);
        expect(found.pieces.join('')).toBe(text);
        expect(found.score).toBeCloseTo(best, 9);
      }),
    );
  });

  it('counts each piece by the probability of the ways that use it', () => {
    fc.assert(
      fc.property(word, (text) => {
        const ways = waysToWrite(text);
        const whole = ways.reduce((sum, { score }) => sum + Math.exp(score), 0);
        const expected = new Map<string, number>();
        for (const way of ways)
          for (const piece of way.pieces)
            expected.set(piece, (expected.get(piece) ?? 0) + Math.exp(way.score) / whole);
        const found = expectedCounts(pieces, new Map([[text, 1]]));
        for (const [piece, count] of expected) expect(found.get(piece)).toBeCloseTo(count, 9);
        expect(found.size).toBe(expected.size);
      }),
    );
  });

  it('has no way for a word with an unknown character', () => {
    expect(segment(pieces, 'az').score).toBe(Number.NEGATIVE_INFINITY);
    expect(expectedCounts(pieces, new Map([['az', 3]])).size).toBe(0);
  });
});
