import { MlError } from '../../errors.ts';
import type { TrainingRow, TrainingSpec } from '../../run/spec.ts';
import { sampleShots } from '../../split/shots.ts';
import { type Split, splitByGroup, splitByTime } from '../../split/split.ts';

/** Rows of a task by what they are for; all have labels. */
export interface Sides {
  readonly train: readonly TrainingRow[];
  readonly validation: readonly TrainingRow[];
  readonly test: readonly TrainingRow[];
}

/** 6:2:2 */
export function splitOf(
  rows: readonly TrainingRow[],
  { split }: { readonly split: 'time' | 'group' },
  seed: number,
): Split {
  return split === 'time' ? splitByTime(rows) : splitByGroup(rows, seed);
}

/** The rows with labels of each side. */
export function sidesOf(rows: readonly TrainingRow[], split: Split): Sides {
  const of = (places: readonly number[]) =>
    places.map((place) => rows[place] as TrainingRow).filter(({ label }) => label !== null);
  return { train: of(split.train), validation: of(split.validation), test: of(split.test) };
}

/**
 * The sides with as few rows to learn from as the run asks for: so many of each label, drawn by seed;
 * of free text so many in all. What is chosen and measured by stays whole.
 */
export function withShots(
  sides: Sides,
  labels: readonly string[],
  { shots, seed }: Pick<TrainingSpec, 'shots' | 'seed'>,
): Sides {
  if (!shots) return sides;
  const { train } = sides;
  const counted = labels.length > 0 ? train : train.map(() => ({ label: 'a text' }));
  const places = sampleShots(counted, shots, seed);
  return { ...sides, train: places.map((place) => train[place] as TrainingRow) };
}

/**
 * Each side needs rows, and what is learnt from a row of each label.
 * @throws MlError that says what is missing where
 */
export function requireSides(sides: Sides, labels: readonly string[]): void {
  for (const [side, rows] of Object.entries(sides))
    if (rows.length === 0)
      throw new MlError(
        'INSUFFICIENT_DATA',
        `No rows are left for ${side} when they are split 6:2:2 with each customer on one side.`,
      );
  const known = new Set(sides.train.flatMap(({ label }) => label));
  const missing = labels.filter((label) => !known.has(label));
  if (missing.length === 0) return;
  throw new MlError(
    'INSUFFICIENT_DATA',
    `No training row has the label ${missing.map((label) => `"${label}"`).join(', ')}: all of its ` +
      'rows are for validation and test. Use "split": "group", or wait for more labels.',
  );
}
