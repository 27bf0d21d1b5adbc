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

/**
 * The rows with labels of each side.
 * @param shots whether the run's limit of labels a class holds for these rows
 */
export function sidesOf(
  rows: readonly TrainingRow[],
  split: Split,
  spec: TrainingSpec,
  shots = true,
): Sides {
  const of = (places: readonly number[]) =>
    places.map((place) => rows[place] as TrainingRow).filter(({ label }) => label !== null);
  const train = of(split.train);
  const limited =
    shots && spec.shots
      ? sampleShots(train, spec.shots, spec.seed).map((place) => train[place] as TrainingRow)
      : train;
  return { train: limited, validation: of(split.validation), test: of(split.test) };
}
