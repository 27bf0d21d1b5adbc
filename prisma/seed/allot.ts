/**
 * Splits `total` into whole shares proportional to the weights, each between its `least` and `most`.
 * Largest remainders get the last units, ties by position. Throws RangeError where it cannot fit.
 */
export function allot(
  total: number,
  weights: readonly number[],
  least: number,
  most: (index: number) => number = () => total,
): number[] {
  const caps = weights.map((_, index) => Math.max(least, most(index)));
  const shares = weights.map(() => least);
  let left = total - least * weights.length;
  const room = caps.reduce((sum, cap) => sum + cap - least, 0);
  if (left < 0 || left > room) {
    throw new RangeError(
      `allot: ${total} does not fit: between ${total - left} and ${total - left + room}`,
    );
  }
  while (left > 0) left -= pour(left, weights, shares, caps);
  return shares;
}

/** One round over the shares with room left; gives out at least one unit. Changes `shares`. */
function pour(
  left: number,
  weights: readonly number[],
  shares: number[],
  caps: readonly number[],
): number {
  const open = weights.flatMap((weight, index) =>
    (shares[index] ?? 0) < (caps[index] ?? 0) ? [{ index, weight }] : [],
  );
  const sum = open.reduce((total, { weight }) => total + weight, 0);
  const wanted = open.map(({ index, weight }) => ({ index, exact: (left * weight) / sum }));
  let given = 0;
  for (const { index, exact } of wanted) given += give(shares, caps, index, Math.floor(exact));
  wanted.sort((a, b) => (b.exact % 1) - (a.exact % 1) || a.index - b.index);
  for (const { index } of wanted) if (given < left) given += give(shares, caps, index, 1);
  return given;
}

function give(shares: number[], caps: readonly number[], index: number, units: number): number {
  const before = shares[index] ?? 0;
  shares[index] = Math.min(caps[index] ?? 0, before + units);
  return (shares[index] ?? 0) - before;
}
