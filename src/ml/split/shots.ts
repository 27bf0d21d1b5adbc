import { permutation, seededRandom } from '../random.ts';
import type { TrainingRow } from '../run/spec.ts';

/**
 * Places of at most `shots` labelled rows a class, drawn by seed, in the rows' order. A row of
 * several labels counts for each of them, and is taken while one of them still lacks rows.
 */
export function sampleShots(
  rows: readonly Pick<TrainingRow, 'label'>[],
  shots: number,
  seed: number,
): number[] {
  const counts = new Map<string, number>();
  const taken: number[] = [];
  for (const i of permutation(rows.length, seededRandom(seed).next)) {
    const label = rows[i]?.label ?? null;
    if (label === null) continue;
    const labels = Array.isArray(label) ? label : [String(label)];
    if (!labels.some((own) => (counts.get(own) ?? 0) < shots)) continue;
    for (const own of labels) counts.set(own, (counts.get(own) ?? 0) + 1);
    taken.push(i);
  }
  return taken.sort((a, b) => a - b);
}
