/**
 * Share of rows whose nearest other row, by cosine, is of the same topic; of the rows that have such
 * a neighbour at all. null when none has.
 * @param vectors of length 1
 */
export function recallAtOne(
  vectors: readonly Float32Array[],
  topics: readonly number[],
): number | null {
  return recallBy(topics, (place) => nearest(vectors, vectors[place] as Float32Array, place));
}

/** The same of any way to find the nearest other row of a place; -1 where there is none. */
export function recallBy(
  topics: readonly number[],
  nearestOf: (place: number) => number,
): number | null {
  const counts = new Map<number, number>();
  for (const topic of topics) counts.set(topic, (counts.get(topic) ?? 0) + 1);
  const asked = topics.flatMap((topic, i) => ((counts.get(topic) ?? 0) > 1 ? [i] : []));
  if (asked.length === 0) return null;
  const hits = asked.filter((i) => topics[nearestOf(i)] === topics[i]);
  return hits.length / asked.length;
}

function nearest(vectors: readonly Float32Array[], vector: Float32Array, self: number): number {
  let best = -1;
  let highest = Number.NEGATIVE_INFINITY;
  for (const [i, other] of vectors.entries()) {
    if (i === self) continue;
    let product = 0;
    for (let k = 0; k < vector.length; k++) product += (vector[k] as number) * (other[k] as number);
    if (product > highest) [best, highest] = [i, product];
  }
  return best;
}
