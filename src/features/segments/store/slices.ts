/** [from, to) in milliseconds. */
export type Slice = readonly [from: number, to: number];

const MONTH_MS = 30 * 86_400_000;

/** Cuts [oldest, border) into a month, two, four, ... from the oldest on. */
export function slicesFrom(oldest: number, border: number): Slice[] {
  const slices: Slice[] = [];
  let length = MONTH_MS;
  for (let from = oldest; from < border; from += length / 2) {
    slices.push([from, Math.min(from + length, border)]);
    length *= 2;
  }
  return slices;
}

/** The same from the border back. */
export function slicesUpTo(oldest: number, border: number): Slice[] {
  const slices: Slice[] = [];
  let length = MONTH_MS;
  for (let to = border; to > oldest; to -= length / 2) {
    slices.push([Math.max(to - length, oldest), to]);
    length *= 2;
  }
  return slices;
}
