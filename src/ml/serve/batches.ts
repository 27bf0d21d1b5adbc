/**
 * Most tokens of a batch, padding included. Fewer leave the processor waiting between operators,
 * more push a layer's values out of its caches: `bench/embed` measures it.
 */
export const TOKEN_BUDGET = 1024;

/**
 * Groups texts of like length, so that little is computed for padding: the longest first, for the
 * memory that it takes serves all that follow.
 * @param lengths tokens of each text
 * @returns the places of the texts of each batch; no batch has more than `budget` tokens after
 *   padding, unless it is a single text
 */
export function planBatches(lengths: ArrayLike<number>, budget = TOKEN_BUDGET): number[][] {
  const order = Array.from(lengths, (_, place) => place);
  order.sort((a, b) => (lengths[b] as number) - (lengths[a] as number) || a - b);
  const batches: number[][] = [];
  let width = 0;
  for (const place of order) {
    const batch = batches.at(-1);
    if (batch && width * (batch.length + 1) <= budget) batch.push(place);
    else {
      batches.push([place]);
      width = Math.max(1, lengths[place] as number);
    }
  }
  return batches;
}
