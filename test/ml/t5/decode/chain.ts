import { seededRandom } from '../../../../src/ml/random.ts';
import type { Decoder } from '../../../../src/ml/t5/decode/decoder.ts';

export const VOCABULARY = 6;
export const END = 1;

/** What a chain remembers of each row: the source it answers and all tokens so far. */
type Rows = readonly (readonly number[])[];

/** Log-probabilities of the next token, drawn from everything before: no two histories agree. */
export function nextLogProbs(history: readonly number[]): number[] {
  const seed = history.reduce((key, token) => key * 7 + token + 1, 11);
  const random = seededRandom(seed).next;
  const scores = Array.from({ length: VOCABULARY }, () => 3 * random());
  const total = Math.log(scores.reduce((sum, score) => sum + Math.exp(score), 0));
  return scores.map((score) => score - total);
}

/** The smallest decoder there can be: its next token depends on the source and the history. */
export function createChain(): Decoder<Rows> {
  return {
    vocabulary: VOCABULARY,
    startId: 0,
    endId: END,
    begin: async (sources) => ({ state: sources.map((source) => [...source]) }),
    async step(rows, tokens) {
      const state = rows.map((row, i) => [...row, tokens[i] as number]);
      return { state, logProbs: Float32Array.from(state.flatMap(nextLogProbs)) };
    },
    select: (rows, chosen) => chosen.map((row) => rows[row] as number[]),
  };
}

/** The log-probability of answering `source` with `tokens`. */
export function logProbOf(source: readonly number[], tokens: readonly number[]): number {
  let total = 0;
  for (const [i, token] of tokens.entries())
    total += nextLogProbs([...source, 0, ...tokens.slice(0, i)])[token] as number;
  return total;
}
