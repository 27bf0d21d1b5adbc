/** Pieces and the logarithms of their probabilities. */
export type Pieces = ReadonlyMap<string, number>;

/** An edge of the lattice of all ways to write a word: a piece from one place to another. */
interface Edge {
  readonly from: number;
  readonly to: number;
  readonly piece: string;
  readonly score: number;
}

const longest = new WeakMap<Pieces, number>();

function longestPiece(pieces: Pieces): number {
  const known = longest.get(pieces) ?? Math.max(...[...pieces.keys()].map((p) => p.length), 1);
  longest.set(pieces, known);
  return known;
}

/** The edges in order of where they start; `without` is left out. */
function edgesOf(pieces: Pieces, word: string, without?: string): Edge[] {
  const most = longestPiece(pieces);
  const edges: Edge[] = [];
  for (let from = 0; from < word.length; from += 1)
    for (let to = from + 1; to <= Math.min(word.length, from + most); to += 1) {
      const piece = word.slice(from, to);
      const score = piece === without ? undefined : pieces.get(piece);
      if (score !== undefined) edges.push({ from, to, piece, score });
    }
  return edges;
}

/** The likeliest way to write the word (Viterbi); score -Infinity where there is none. */
export function segment(
  pieces: Pieces,
  word: string,
  without?: string,
): { pieces: string[]; score: number } {
  const best = new Float64Array(word.length + 1).fill(Number.NEGATIVE_INFINITY);
  const last: (Edge | undefined)[] = [];
  best[0] = 0;
  for (const edge of edgesOf(pieces, word, without)) {
    const score = (best[edge.from] as number) + edge.score;
    if (score <= (best[edge.to] as number)) continue;
    best[edge.to] = score;
    last[edge.to] = edge;
  }
  const found: string[] = [];
  for (let edge = last[word.length]; edge; edge = last[edge.from]) found.unshift(edge.piece);
  return { pieces: found, score: best[word.length] as number };
}

/** How often each piece is expected to be used, over all ways to write the words (forward-backward). */
export function expectedCounts(
  pieces: Pieces,
  words: ReadonlyMap<string, number>,
): Map<string, number> {
  const counts = new Map<string, number>();
  for (const [word, count] of words) {
    const edges = edgesOf(pieces, word);
    const forward = forwardSums(edges, word.length);
    const backward = backwardSums(edges, word.length);
    const whole = forward[word.length] as number;
    if (whole === Number.NEGATIVE_INFINITY) continue;
    for (const { from, to, piece, score } of edges) {
      const share = Math.exp((forward[from] as number) + score + (backward[to] as number) - whole);
      if (share > 0) counts.set(piece, (counts.get(piece) ?? 0) + share * count);
    }
  }
  return counts;
}

function forwardSums(edges: readonly Edge[], length: number): Float64Array {
  const sums = new Float64Array(length + 1).fill(Number.NEGATIVE_INFINITY);
  sums[0] = 0;
  for (const { from, to, score } of edges)
    sums[to] = logAdd(sums[to] as number, (sums[from] as number) + score);
  return sums;
}

function backwardSums(edges: readonly Edge[], length: number): Float64Array {
  const sums = new Float64Array(length + 1).fill(Number.NEGATIVE_INFINITY);
  sums[length] = 0;
  for (let i = edges.length - 1; i >= 0; i -= 1) {
    const { from, to, score } = edges[i] as Edge;
    sums[from] = logAdd(sums[from] as number, (sums[to] as number) + score);
  }
  return sums;
}

function logAdd(a: number, b: number): number {
  const high = Math.max(a, b);
  if (high === Number.NEGATIVE_INFINITY) return high;
  return high + Math.log1p(Math.exp(Math.min(a, b) - high));
}
