/** At most `most` rows, evenly taken. */
export function thin<T>(rows: readonly T[], most: number): T[] {
  const step = Math.max(1, rows.length / most);
  return rows.filter((_, i) => Math.floor(i / step) !== Math.floor((i - 1) / step));
}
