/** Every n-th line, about `limit` characters: a part of a dictionary is not its first letters. */
export function upTo(lines: readonly string[], limit: number): string[] {
  const characters = lines.reduce((sum, line) => sum + line.length, 0);
  const step = Math.max(1, characters / limit);
  return lines.filter((_, i) => Math.floor(i / step) !== Math.floor((i - 1) / step));
}
