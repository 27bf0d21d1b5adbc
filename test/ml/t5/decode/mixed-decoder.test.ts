import { describe, expect, it } from '@jest/globals';
import { labelTrie } from '../../../../src/ml/t5/decode/constraint.ts';
import { greedySearch } from '../../../../src/ml/t5/decode/greedy.ts';
import { mixedDecoder } from '../../../../src/ml/t5/decode/mixed-decoder.ts';
import { scoreLabels } from '../../../../src/ml/t5/decode/score-labels.ts';
import { createChain, END, logProbOf, nextLogProbs } from './chain.ts';

const sources = [[2], [3], [4], [2, 5]];
type Member = { readonly decoder: ReturnType<typeof createChain>; readonly weight: number };
const labels = [
  [2, END],
  [2, 3, END],
  [5, 5, END],
];

/** Another model of the same vocabulary: it reads every source as if one more token stood before it. */
const elsewhere = (source: readonly number[]) => [5, ...source];
function createOther() {
  const chain = createChain();
  return {
    ...chain,
    begin: (own: readonly (readonly number[])[]) => chain.begin(own.map(elsewhere)),
  };
}

describe('models that answer as one', () => {
  it('give a label the weighted mean of the log-probabilities that each gives it', async () => {
    const decoder = mixedDecoder([
      { decoder: createChain(), weight: 1 },
      { decoder: createOther(), weight: 0.25 },
    ]);
    const scores = await scoreLabels(decoder, sources, labelTrie(labels), labels.length);
    const wanted = sources.flatMap((source) =>
      labels.map((own) => 0.8 * logProbOf(source, own) + 0.2 * logProbOf(elsewhere(source), own)),
    );
    for (const [i, own] of wanted.entries()) expect(scores[i]).toBeCloseTo(own, 5);
  });

  it('write the token that they find likeliest together', async () => {
    const both = [createChain(), createOther()] as const;
    const [own, other] = both.map((decoder) => ({ decoder, weight: 1 }));
    const decoder = mixedDecoder([own as Member, other as Member]);
    const answers = await greedySearch(decoder, sources, { maxTokens: 3 });
    for (const [i, source] of sources.entries()) {
      const there = nextLogProbs([...elsewhere(source), 0]);
      const sums = nextLogProbs([...source, 0]).map(
        (here, token) => here + (there[token] as number),
      );
      const first = sums.indexOf(Math.max(...sums));
      expect(answers[i]?.tokens[0]).toBe(first === END ? undefined : first);
    }
  });

  it('say what one alone says, where there is one alone', async () => {
    const limits = { maxTokens: 7 };
    const alone = await greedySearch(createChain(), sources, limits);
    expect(
      await greedySearch(mixedDecoder([{ decoder: createChain(), weight: 3 }]), sources, limits),
    ).toEqual(alone);
  });
});
