/**
 * TF-IDF vectors of texts by their tokens, compared by cosine: what an embedding has to beat.
 * @param learnt token ids of the texts that tell how common each token is
 * @param texts token ids of the texts to compare
 * @returns for each text, by its place, the place of the most similar other one; -1 where no other
 *   text shares a token with it. Of equals the first.
 */
export function nearestByTokens(
  learnt: readonly Int32Array[],
  texts: readonly Int32Array[],
): (place: number) => number {
  const idf = inverseFrequency(learnt);
  const vectors = texts.map((ids) => weigh(ids, idf));
  const postings = new Map<number, { place: number; weight: number }[]>();
  for (const [place, vector] of vectors.entries())
    for (const [id, weight] of vector) {
      const own = postings.get(id) ?? [];
      own.push({ place, weight });
      postings.set(id, own);
    }
  return (place) => {
    const scores = new Map<number, number>();
    for (const [id, own] of vectors[place] ?? [])
      for (const { place: other, weight } of postings.get(id) ?? [])
        if (other !== place) scores.set(other, (scores.get(other) ?? 0) + own * weight);
    let [best, highest] = [-1, 0];
    for (const [other, score] of scores)
      if (score > highest || (score === highest && other < best)) [best, highest] = [other, score];
    return best;
  };
}

/** 1 + ln((1 + N) / (1 + texts with the token)), as in tfidf.ts. */
function inverseFrequency(texts: readonly Int32Array[]): (id: number) => number {
  const counts = new Map<number, number>();
  for (const ids of texts) for (const id of new Set(ids)) counts.set(id, (counts.get(id) ?? 0) + 1);
  return (id) => 1 + Math.log((1 + texts.length) / (1 + (counts.get(id) ?? 0)));
}

/** Of length 1. */
function weigh(ids: Int32Array, idf: (id: number) => number): [number, number][] {
  const counts = new Map<number, number>();
  for (const id of ids) counts.set(id, (counts.get(id) ?? 0) + 1);
  const weights = [...counts].map(([id, count]) => [id, (1 + Math.log(count)) * idf(id)] as const);
  const length = Math.hypot(...weights.map(([, weight]) => weight)) || 1;
  return weights.map(([id, weight]) => [id, weight / length]);
}
