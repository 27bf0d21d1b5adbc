import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { seededRandom } from '../../../../src/ml/random.ts';
import {
  type Corruption,
  corruptSpans,
  type TokenPair,
  textLengthFor,
  usualCorruption,
} from '../../../../src/ml/t5/data/corrupt.ts';

const sentinels = Array.from({ length: 100 }, (_, i) => 999 - i);
const corruption: Corruption = { ...usualCorruption, sentinels, endId: 1 };

/** Puts the hidden spans back where their sentinels stand. */
function restore({ source, target }: TokenPair): number[] {
  const spans = new Map<number, number[]>();
  let span: number[] = [];
  for (const token of target.slice(0, -1)) {
    if (sentinels.includes(token)) {
      span = [];
      spans.set(token, span);
    } else span.push(token);
  }
  return source.slice(0, -1).flatMap((token) => spans.get(token) ?? [token]);
}

const anyTokens = fc.array(fc.integer({ min: 2, max: 800 }), { minLength: 2, maxLength: 400 });

describe('span corruption', () => {
  it('hides what the target tells: together they are the text', () => {
    fc.assert(
      fc.property(anyTokens, fc.nat(), (tokens, seed) => {
        const pair = corruptSpans(tokens, corruption, seededRandom(seed).next);
        expect(pair && restore(pair)).toEqual(tokens);
      }),
    );
  });

  it('hides 15% in spans of 3 on average, numbered in order, the last sentinel empty', () => {
    fc.assert(
      fc.property(anyTokens, fc.nat(), (tokens, seed) => {
        const pair = corruptSpans(tokens, corruption, seededRandom(seed).next) as TokenPair;
        const marks = pair.source.filter((token) => token > 800);
        const hidden = Math.max(1, Math.round(tokens.length * 0.15));
        expect(marks).toEqual(sentinels.slice(0, Math.max(1, Math.round(hidden / 3))));
        expect(pair.source.length).toBe(tokens.length - hidden + marks.length + 1);
        expect(pair.target.slice(-2)).toEqual([sentinels[marks.length], 1]);
        expect(pair.source.at(-1)).toBe(1);
      }),
    );
  });

  it('never lets two spans touch', () => {
    fc.assert(
      fc.property(
        anyTokens,
        fc.nat(),
        fc.double({ min: 0.05, max: 0.95, noNaN: true }),
        (tokens, seed, density) => {
          const pair = corruptSpans(
            tokens,
            { ...corruption, density, meanSpan: 1 },
            seededRandom(seed).next,
          );
          const source = (pair as TokenPair).source;
          expect(source.some((t, i) => t > 800 && (source[i + 1] ?? 0) > 800)).toBe(false);
          expect(restore(pair as TokenPair)).toEqual(tokens);
        },
      ),
    );
  });

  it('depends on the seed alone', () => {
    const tokens = Array.from({ length: 60 }, (_, i) => i + 2);
    const of = (seed: number) => corruptSpans(tokens, corruption, seededRandom(seed).next);
    expect(of(7)).toEqual(of(7));
    expect(of(7)).not.toEqual(of(8));
  });

  it('hides every place about as often', () => {
    const tokens = Array.from({ length: 20 }, (_, i) => i + 2);
    const hits = new Array<number>(20).fill(0);
    for (let seed = 0; seed < 4000; seed++)
      for (const token of corruptSpans(tokens, corruption, seededRandom(seed).next)?.target ?? [])
        if (token > 1 && token < 800) hits[token - 2] = (hits[token - 2] as number) + 1;
    // One span of three in twenty: 3 of 18 places reach an inner token, 1 of 18 an outer one.
    for (const inner of hits.slice(2, -2)) expect(inner / 4000).toBeCloseTo(3 / 18, 1);
    expect((hits[0] as number) / 4000).toBeCloseTo(1 / 18, 1);
  });

  it('leaves a text alone in which nothing can be hidden', () => {
    expect(corruptSpans([5], corruption, seededRandom(1).next)).toBeNull();
    expect(corruptSpans([], corruption, seededRandom(1).next)).toBeNull();
  });

  it('knows how much text fills a source', () => {
    // As in the original: 512 tokens of source come from 568 of text, targets have 114.
    expect(textLengthFor(512, corruption)).toBe(568);
    const pair = corruptSpans(
      new Array(568).fill(5),
      corruption,
      seededRandom(1).next,
    ) as TokenPair;
    expect(pair.source).toHaveLength(512);
    expect(pair.target).toHaveLength(115);
  });
});
