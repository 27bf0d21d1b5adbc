import { applyLink } from '../../baselines/link.ts';
import type { Place } from './constraint.ts';
import type { Decoder } from './decoder.ts';

interface Row {
  readonly source: number;
  readonly token: number;
  readonly logProb: number;
  readonly place: Place;
  /** Its row in the state before the step that reads `token`. */
  readonly from: number;
}

/**
 * The log-probability of every label for every source, exactly: the whole trie is walked, each
 * shared beginning once.
 * @param trie of labels with their end tokens
 * @returns (sources, labels), row-major
 */
export async function scoreLabels<State>(
  decoder: Decoder<State>,
  sources: readonly (readonly number[])[],
  trie: Place,
  labels: number,
): Promise<Float64Array> {
  const scores = new Float64Array(sources.length * labels).fill(Number.NEGATIVE_INFINITY);
  let { state } = await decoder.begin(sources);
  let rows: Row[] = sources.map((_, source) => ({
    source,
    token: decoder.startId,
    logProb: 0,
    place: trie,
    from: source,
  }));
  while (rows.length > 0) {
    const chosen = decoder.select(
      state,
      rows.map(({ from }) => from),
    );
    const stepped = await decoder.step(
      chosen,
      rows.map(({ token }) => token),
    );
    state = stepped.state;
    const followers = rows.flatMap((row, i) =>
      followersOf(row, i, stepped.logProbs.subarray(i * decoder.vocabulary)),
    );
    for (const { source, place, logProb } of followers)
      if (place.label !== undefined) scores[source * labels + place.label] = logProb;
    rows = followers.filter(({ place }) => place.label === undefined);
  }
  return scores;
}

function followersOf({ source, logProb, place }: Row, from: number, logProbs: Float32Array): Row[] {
  return [...place.next].map(([token, next]) => ({
    source,
    token,
    logProb: logProb + (logProbs[token] as number),
    place: next,
    from,
  }));
}

/**
 * Probabilities of the labels from their scores: what the model believes given that one of them is
 * right.
 * @param scores (rows, labels), log-probabilities
 */
export function labelProbabilities(scores: Float64Array, labels: number): Float64Array {
  const probabilities = new Float64Array(scores.length);
  for (let from = 0; from < scores.length; from += labels) {
    const row = scores.subarray(from, from + labels);
    probabilities.set(applyLink('softmax', row), from);
  }
  return probabilities;
}
