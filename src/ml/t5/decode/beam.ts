import type { Place } from './constraint.ts';
import type { Answer, Decoder } from './decoder.ts';
import type { SearchLimits } from './greedy.ts';

export interface BeamOptions extends SearchLimits {
  /** Hypotheses kept for each source, and answers returned at most. */
  readonly width: number;
  /** Favours longer answers: their log-probability is divided by ((5 + length) / 6)^penalty. */
  readonly lengthPenalty?: number;
}

interface Hypothesis {
  readonly source: number;
  readonly tokens: readonly number[];
  readonly logProb: number;
  readonly place: Place | undefined;
  /** Its row in the state before the step that made it. */
  readonly row: number;
}

/**
 * Beam search with length normalisation (Wu et al. 2016, "Google's Neural Machine Translation
 * System", section 7; no coverage penalty).
 * @returns for each source the best answers found, best first
 */
export async function beamSearch<State>(
  decoder: Decoder<State>,
  sources: readonly (readonly number[])[],
  options: BeamOptions,
): Promise<Answer[][]> {
  const ended: Hypothesis[][] = sources.map(() => []);
  let { state } = await decoder.begin(sources);
  let alive: Hypothesis[] = sources.map((_, source) => ({
    source,
    tokens: [],
    logProb: 0,
    place: options.within,
    row: source,
  }));
  while (alive.length > 0) {
    const last = alive.map(({ tokens }) => tokens.at(-1) ?? decoder.startId);
    const stepped = await decoder.step(state, last);
    const grown = growAll(alive, stepped.logProbs, decoder.vocabulary, options.width);
    for (const hypothesis of grown)
      if (isEnded(hypothesis, decoder.endId, options)) ended[hypothesis.source]?.push(hypothesis);
    alive = grown.filter((hypothesis) => !isEnded(hypothesis, decoder.endId, options));
    alive = alive.filter((hypothesis) => mayWin(hypothesis, ended[hypothesis.source], options));
    state = decoder.select(
      stepped.state,
      alive.map(({ row }) => row),
    );
  }
  return ended.map((hypotheses) => answersOf(hypotheses, decoder.endId, options));
}

/** The `width` best continuations of each source. Hypotheses of one source stand side by side. */
function growAll(
  alive: readonly Hypothesis[],
  logProbs: Float32Array,
  vocabulary: number,
  width: number,
): Hypothesis[] {
  const grown: Hypothesis[] = [];
  for (let from = 0; from < alive.length; ) {
    let to = from;
    const best: Hypothesis[] = [];
    while (to < alive.length && alive[to]?.source === alive[from]?.source)
      grow(best, alive[to] as Hypothesis, to++, logProbs, vocabulary, width);
    grown.push(...best);
    from = to;
  }
  return grown;
}

function grow(
  best: Hypothesis[],
  { source, tokens, logProb, place }: Hypothesis,
  row: number,
  logProbs: Float32Array,
  vocabulary: number,
  width: number,
): void {
  const consider = (token: number) => {
    const total = logProb + (logProbs[row * vocabulary + token] as number);
    if (best.length === width && total <= (best[width - 1] as Hypothesis).logProb) return;
    let at = best.length;
    while (at > 0 && (best[at - 1] as Hypothesis).logProb < total) at--;
    const next = { source, tokens: [...tokens, token], logProb: total, row };
    best.splice(at, 0, { ...next, place: place?.next.get(token) });
    best.length = Math.min(best.length, width);
  };
  if (place) for (const token of place.next.keys()) consider(token);
  else for (let token = 0; token < vocabulary; token++) consider(token);
}

function isEnded({ tokens, place }: Hypothesis, endId: number, limits: SearchLimits): boolean {
  return tokens.at(-1) === endId || (!place && tokens.length >= limits.maxTokens);
}

/** Log-probabilities only fall, so a hypothesis below `width` ended ones can stop, unpenalised. */
function mayWin(
  { logProb }: Hypothesis,
  ended: readonly Hypothesis[] | undefined,
  { width, lengthPenalty = 0 }: BeamOptions,
): boolean {
  if (lengthPenalty !== 0 || !ended) return true;
  return ended.filter((other) => other.logProb >= logProb).length < width;
}

function answersOf(
  ended: readonly Hypothesis[],
  endId: number,
  { width, lengthPenalty = 0 }: BeamOptions,
): Answer[] {
  const score = ({ logProb, tokens }: Hypothesis) =>
    logProb / ((5 + tokens.length) / 6) ** lengthPenalty;
  return ended
    .toSorted((a, b) => score(b) - score(a))
    .slice(0, width)
    .map(({ tokens, logProb }) => {
      const finished = tokens.at(-1) === endId;
      return { tokens: finished ? tokens.slice(0, -1) : tokens, logProb, finished };
    });
}
