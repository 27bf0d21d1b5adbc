import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { beamSearch } from '../../../../src/ml/t5/decode/beam.ts';
import { labelLists, labelTrie, type Place } from '../../../../src/ml/t5/decode/constraint.ts';
import { greedySearch } from '../../../../src/ml/t5/decode/greedy.ts';
import { labelProbabilities, scoreLabels } from '../../../../src/ml/t5/decode/score-labels.ts';
import { createChain, END, logProbOf, nextLogProbs, VOCABULARY } from './chain.ts';

const sources = [[2], [3], [4], [2, 5]];
const labels = [
  [2, END],
  [2, 3, END],
  [2, 3, 4, END],
  [5, 5, END],
  [4, END],
];

/** Every answer of at most `limit` tokens, the end counted. */
function everyAnswer(limit: number): number[][] {
  let open: number[][] = [[]];
  const all: number[][] = [];
  for (let length = 1; length <= limit; length++) {
    const grown = open.flatMap((tokens) =>
      Array.from({ length: VOCABULARY }, (_, token) => [...tokens, token]),
    );
    all.push(...grown.filter((tokens) => tokens.at(-1) === END));
    open = grown.filter((tokens) => tokens.at(-1) !== END);
  }
  return [...all, ...open];
}

function best<T>(items: readonly T[], score: (item: T) => number): T {
  return items.reduce((a, b) => (score(b) > score(a) ? b : a));
}

describe('greedy search', () => {
  it('takes the most probable token at every step until each row ends or is cut', async () => {
    const answers = await greedySearch(createChain(), sources, { maxTokens: 7 });
    for (const [i, source] of sources.entries()) {
      const tokens: number[] = [];
      while (tokens.length < 7 && tokens.at(-1) !== END) {
        const next = nextLogProbs([...source, 0, ...tokens]);
        tokens.push(next.indexOf(Math.max(...next)));
      }
      const finished = tokens.at(-1) === END;
      expect(answers[i]?.finished).toBe(finished);
      expect(answers[i]?.tokens).toEqual(finished ? tokens.slice(0, -1) : tokens);
      expect(answers[i]?.logProb).toBeCloseTo(logProbOf(source, tokens), 4);
    }
  });

  it('does not let rows that end change the others', async () => {
    const together = await greedySearch(createChain(), sources, { maxTokens: 12 });
    for (const [i, source] of sources.entries())
      expect(await greedySearch(createChain(), [source], { maxTokens: 12 })).toEqual([together[i]]);
  });

  it('spells a label, whatever it is asked and however short the limit', async () => {
    const spelt = new Set(labels.map((tokens) => tokens.slice(0, -1).join()));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.nat(50)), { minLength: 1, maxLength: 8 }),
        async (any) => {
          const within = labelTrie(labels);
          const answers = await greedySearch(createChain(), any, { maxTokens: 1, within });
          for (const { tokens, finished } of answers) {
            expect(finished).toBe(true);
            expect(spelt.has(tokens.join())).toBe(true);
          }
        },
      ),
    );
  });
});

describe('beam search', () => {
  it('wide enough, finds the most probable of all answers', async () => {
    const all = everyAnswer(4);
    const found = await beamSearch(createChain(), sources, { maxTokens: 4, width: 5 ** 4 * 6 });
    for (const [i, source] of sources.entries()) {
      const winner = best(all, (tokens) => logProbOf(source, tokens));
      const [first] = found[i] ?? [];
      expect([...(first?.tokens ?? []), ...(first?.finished ? [END] : [])]).toEqual(winner);
      expect(found[i]).toHaveLength(all.length);
      expect(first?.logProb).toBeCloseTo(logProbOf(source, winner), 4);
    }
  });

  it('of width 1 is greedy search', async () => {
    const greedy = await greedySearch(createChain(), sources, { maxTokens: 9 });
    const beams = await beamSearch(createChain(), sources, { maxTokens: 9, width: 1 });
    expect(beams.map(([answer]) => answer)).toEqual(greedy);
  });

  it('ranks by log-probability over its length norm', async () => {
    const options = { maxTokens: 4, width: 5 ** 4 * 6, lengthPenalty: 1.5 };
    const [answers = []] = await beamSearch(createChain(), [[2]], options);
    const scores = answers.map(({ tokens, logProb, finished }) => {
      const length = tokens.length + (finished ? 1 : 0);
      return logProb / ((5 + length) / 6) ** 1.5;
    });
    expect(scores).toEqual(scores.toSorted((a, b) => b - a));
  });

  it('as wide as the label set, ranks the labels exactly', async () => {
    const options = { maxTokens: 9, width: labels.length, within: labelTrie(labels) };
    const found = await beamSearch(createChain(), sources, options);
    for (const [i, source] of sources.entries()) {
      const ranked = labels.toSorted((a, b) => logProbOf(source, b) - logProbOf(source, a));
      expect(found[i]?.map(({ tokens }) => [...tokens, END])).toEqual(ranked);
    }
  });
});

describe('label scores', () => {
  it('are the log-probabilities of spelling each label', async () => {
    const scores = await scoreLabels(createChain(), sources, labelTrie(labels), labels.length);
    const expected = sources.flatMap((source) => labels.map((label) => logProbOf(source, label)));
    expect(scores).toHaveLength(expected.length);
    for (const [i, score] of scores.entries()) expect(score).toBeCloseTo(expected[i] as number, 4);
  });

  it('become probabilities over the label set', () => {
    const scores = Float64Array.of(-1, -2, -900, -901);
    const odds = Math.exp(1) / (1 + Math.exp(1));
    const expected = [odds, 1 - odds, odds, 1 - odds];
    for (const [i, p] of labelProbabilities(scores, 2).entries())
      expect(p).toBeCloseTo(expected[i] as number, 10);
  });
});

describe('a label trie', () => {
  it('refuses labels that are spelt alike, or not at all', () => {
    expect(() =>
      labelTrie([
        [2, END],
        [2, END],
      ]),
    ).toThrow(/Label 2 is spelt like label 1/);
    expect(() => labelTrie([[]])).toThrow(/Label 1/);
  });
});

describe('places of label lists', () => {
  /** Every sequence that the places spell. */
  function spelt(place: Place): number[][] {
    if (place.next.size === 0) return [[]];
    return [...place.next].flatMap(([token, next]) => spelt(next).map((rest) => [token, ...rest]));
  }

  it('spell every subset of the labels in their order, once', () => {
    const own = [[2], [2, 3], [4, 4]];
    const lists = spelt(labelLists(own, [5, 0], END));
    const expected = Array.from({ length: 8 }, (_, mask) => {
      const chosen = own.filter((_label, i) => mask & (1 << i));
      return [...chosen.flatMap((label, i) => (i > 0 ? [5, 0, ...label] : label)), END];
    });
    expect(lists.map(String).sort()).toEqual(expected.map(String).sort());
  });

  it('refuse labels that a separator makes ambiguous', () => {
    expect(() => labelLists([[2], [2, 5], [3]], [5], END)).toThrow(/cannot be told apart/);
  });
});
