/** Positions (N) in the order of `values`, smallest first; equal values keep their order. */
export function orderOf(values: ArrayLike<number>): Uint32Array {
  const order = Uint32Array.from({ length: values.length }, (_, i) => i);
  return order.sort((a, b) => (values[a] as number) - (values[b] as number) || a - b);
}

/** Ranks (N) from 1; equal values share the mean of the ranks they span. */
export function ranksOf(values: ArrayLike<number>): Float64Array {
  const order = orderOf(values);
  const ranks = new Float64Array(values.length);
  for (let start = 0; start < order.length; ) {
    const end = endOfTie(values, order, start);
    for (let i = start; i < end; i += 1) ranks[order[i] as number] = (start + end + 1) / 2;
    start = end;
  }
  return ranks;
}

/** The place after the last value equal to the one at `start` of the order. */
export function endOfTie(
  values: ArrayLike<number>,
  order: ArrayLike<number>,
  start: number,
): number {
  let end = start + 1;
  while (end < order.length && values[order[end] as number] === values[order[start] as number])
    end += 1;
  return end;
}
