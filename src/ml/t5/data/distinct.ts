import type { Random } from '../../random.ts';

/** `count` different integers of 0 to `below` - 1, ascending (Floyd's sampling). */
export function distinct(count: number, below: number, random: Random): number[] {
  const chosen = new Set<number>();
  for (let top = below - count; top < below; top++) {
    const drawn = Math.floor(random() * (top + 1));
    chosen.add(chosen.has(drawn) ? top : drawn);
  }
  return [...chosen].sort((a, b) => a - b);
}
