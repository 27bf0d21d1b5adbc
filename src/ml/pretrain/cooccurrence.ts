import { dot, orthonormalise } from './orthonormal.ts';
import { multiply, multiplyTransposed, type Sparse } from './sparse.ts';

/** Tokens to the left and right that count as a token's context. */
const WINDOW = 5;

/**
 * Word vectors from how often tokens stand near each other: positive pointwise mutual information,
 * factorised (Levy, Goldberg 2014; contexts smoothed by 3/4 as in their 2015 paper, sec. 3.2).
 * As first word embeddings they save the encoder from learning what is near what.
 * @param shards tokens in a row each
 * @param vocabulary ids below this
 * @param contexts the tokens that count as context: the most frequent ones
 * @returns (vocabulary x dimensions), row-major, scaled to a deviation of `deviation`
 */
export function cooccurrenceVectors(
  shards: readonly Uint16Array[],
  vocabulary: number,
  contexts: number,
  dimensions: number,
  deviation: number,
): Float32Array {
  const places = frequentTokens(shards, vocabulary, contexts);
  const counts = countPairs(shards, vocabulary, contexts, places);
  const ppmi = sparsePpmi(counts, vocabulary, contexts);
  const basis = principalContexts(ppmi, contexts, dimensions);
  const vectors = multiply(ppmi, basis, dimensions);
  return rescale(vectors, dimensions, deviation);
}

/** The context number of each token; -1 for one that is no context. */
function frequentTokens(
  shards: readonly Uint16Array[],
  vocabulary: number,
  contexts: number,
): Int32Array {
  const counts = new Float64Array(vocabulary);
  for (const shard of shards) for (const id of shard) counts[id] = (counts[id] ?? 0) + 1;
  const order = Array.from(counts.keys()).sort((a, b) => (counts[b] ?? 0) - (counts[a] ?? 0));
  const places = new Int32Array(vocabulary).fill(-1);
  order.slice(0, contexts).forEach((id, place) => {
    places[id] = place;
  });
  return places;
}

/** (vocabulary x contexts) weighted counts: a context at distance d counts 1/d. */
function countPairs(
  shards: readonly Uint16Array[],
  vocabulary: number,
  contexts: number,
  places: Int32Array,
): Float32Array {
  const counts = new Float32Array(vocabulary * contexts);
  const add = (word: number, context: number, weight: number) => {
    const place = places[context] as number;
    if (place >= 0)
      counts[word * contexts + place] = (counts[word * contexts + place] as number) + weight;
  };
  for (const shard of shards)
    for (let at = 0; at < shard.length; at += 1)
      for (let d = 1; d <= WINDOW && at + d < shard.length; d += 1) {
        add(shard[at] as number, shard[at + d] as number, 1 / d);
        add(shard[at + d] as number, shard[at] as number, 1 / d);
      }
  return counts;
}

function sparsePpmi(counts: Float32Array, rows: number, columns: number): Sparse {
  const rowSums = new Float64Array(rows);
  const columnSums = new Float64Array(columns);
  for (let r = 0; r < rows; r += 1)
    for (let c = 0; c < columns; c += 1) {
      const count = counts[r * columns + c] as number;
      rowSums[r] = (rowSums[r] as number) + count;
      columnSums[c] = (columnSums[c] as number) + count;
    }
  const smoothed = columnSums.map((sum) => sum ** 0.75);
  const total = smoothed.reduce((sum, value) => sum + value, 0);
  const starts = new Int32Array(rows + 1);
  const found: { columns: number[]; values: number[] } = { columns: [], values: [] };
  for (let r = 0; r < rows; r += 1) {
    for (let c = 0; c < columns; c += 1) {
      const count = counts[r * columns + c] as number;
      if (count <= 0) continue;
      const expected = ((rowSums[r] as number) * (smoothed[c] as number)) / total;
      const information = Math.log(count / expected);
      if (information <= 0) continue;
      found.columns.push(c);
      found.values.push(information);
    }
    starts[r + 1] = found.columns.length;
  }
  return {
    starts,
    columns: Int32Array.from(found.columns),
    values: Float32Array.from(found.values),
  };
}

/** Power iterations after which the leading directions have settled well enough for a start. */
const ITERATIONS = 4;

/** The leading right singular vectors, (contexts x dimensions), by subspace iteration. */
function principalContexts(matrix: Sparse, contexts: number, dimensions: number): Float32Array {
  let basis: Float32Array = Float32Array.from({ length: contexts * dimensions }, (_, i) =>
    // Any start that is not orthogonal to the answer will do; this one is the same every time.
    Math.sin(1 + i * 12.9898 + (i % 78) * 0.233),
  );
  orthonormalise(basis, contexts, dimensions);
  for (let i = 0; i < ITERATIONS; i += 1) {
    const image = multiply(matrix, basis, dimensions);
    basis = multiplyTransposed(matrix, contexts, image, dimensions);
    orthonormalise(basis, contexts, dimensions);
  }
  return basis;
}

/**
 * Directions are evened out to the fourth root of their length (Levy, Goldberg 2015, sec. 3.3, with
 * eig = 0.25): the few strong ones tell domains apart, the many weak ones tell words apart.
 */
function rescale(vectors: Float32Array, dimensions: number, deviation: number): Float32Array {
  const rows = vectors.length / dimensions;
  for (let c = 0; c < dimensions; c += 1) {
    const factor = dot(vectors, rows, dimensions, c, c) ** -0.375 || 0;
    for (let r = 0; r < rows; r += 1)
      vectors[r * dimensions + c] = (vectors[r * dimensions + c] as number) * factor;
  }
  const square = vectors.reduce((sum, value) => sum + value * value, 0) / vectors.length;
  const scale = square > 0 ? deviation / Math.sqrt(square) : 0;
  return vectors.map((value) => value * scale);
}
