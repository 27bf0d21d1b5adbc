import type { Place } from './constraint.ts';
import type { Answer, Decoder } from './decoder.ts';

/** How long answers may get, and what they may spell. */
export interface SearchLimits {
  readonly maxTokens: number;
  /** Keeps answers to a label set; any text otherwise. */
  readonly within?: Place | undefined;
}

interface Row {
  readonly source: number;
  tokens: number[];
  logProb: number;
  place: Place | undefined;
}

/**
 * The most probable token at every step. Rows that have ended leave the batch.
 * @returns an answer for each source
 */
export async function greedySearch<State>(
  decoder: Decoder<State>,
  sources: readonly (readonly number[])[],
  { maxTokens, within }: SearchLimits,
): Promise<Answer[]> {
  const answers: Answer[] = sources.map(() => ({ tokens: [], logProb: 0, finished: false }));
  let rows: Row[] = sources.map((_, source) => ({ source, tokens: [], logProb: 0, place: within }));
  let { state } = await decoder.begin(sources);
  while (rows.length > 0) {
    const last = rows.map(({ tokens }) => tokens.at(-1) ?? decoder.startId);
    const stepped = await decoder.step(state, last);
    for (const [index, row] of rows.entries())
      extend(row, stepped.logProbs, index * decoder.vocabulary, decoder.vocabulary);
    const open = rows.flatMap((row, i) => (isOpen(row, decoder.endId, maxTokens) ? [i] : []));
    for (const row of rows) answers[row.source] = answerOf(row, decoder.endId);
    state = open.length < rows.length ? decoder.select(stepped.state, open) : stepped.state;
    rows = open.map((index) => rows[index] as Row);
  }
  return answers;
}

function extend(row: Row, logProbs: Float32Array, from: number, vocabulary: number): void {
  const best = row.place
    ? bestOf(row.place.next.keys(), logProbs, from)
    : highest(logProbs, from, vocabulary);
  row.tokens.push(best);
  row.logProb += logProbs[from + best] as number;
  row.place = row.place?.next.get(best);
}

function highest(logProbs: Float32Array, from: number, vocabulary: number): number {
  let best = 0;
  for (let token = 1; token < vocabulary; token++)
    if ((logProbs[from + token] as number) > (logProbs[from + best] as number)) best = token;
  return best;
}

function bestOf(tokens: Iterable<number>, logProbs: Float32Array, from: number): number {
  let best = -1;
  for (const token of tokens)
    if (best < 0 || (logProbs[from + token] as number) > (logProbs[from + best] as number))
      best = token;
  return best;
}

/** Kept to labels, a row goes on to its end, however long the label is. */
function isOpen({ tokens, place }: Row, endId: number, maxTokens: number): boolean {
  if (tokens.at(-1) === endId) return false;
  return place !== undefined || tokens.length < maxTokens;
}

function answerOf({ tokens, logProb }: Row, endId: number): Answer {
  const finished = tokens.at(-1) === endId;
  return { tokens: finished ? tokens.slice(0, -1) : tokens.slice(), logProb, finished };
}
