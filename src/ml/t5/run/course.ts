import { MlError } from '../../errors.ts';
import type { TrainingRow, TrainingSpec } from '../../run/spec.ts';
import { dataHash } from '../../split/data-hash.ts';
import { whyInsufficient } from '../../split/sufficiency.ts';
import type { T5Hyperparameters } from './hyperparameters.ts';
import { requireSides, type Sides, sidesOf, splitOf, withShots } from './sides.ts';
import { hasLists, type TaskRows, usualLanguage } from './task-rows.ts';
import type { TextTaskOptions } from './text-task.ts';

/** Reads further files of rows out of the run's folder. */
export type ReadRows = (file: string) => Promise<TrainingRow[]>;

/** What a run learns in its own domain. */
export interface Course {
  readonly main: TaskRows;
  /** Further tasks in the same model. */
  readonly further: readonly TaskRows[];
  /** SHA-256 of the main task's rows and their split. */
  readonly hash: string;
}

/**
 * The run's rows, split, with shots drawn.
 * @throws MlError of code INSUFFICIENT_DATA when there is too little to learn from
 */
export async function courseOf(
  spec: TrainingSpec,
  rows: readonly TrainingRow[],
  own: T5Hyperparameters,
  readRows: ReadRows,
): Promise<Course> {
  requireEnough(spec.task, rows, spec.shots);
  const { maxLength, maxTokens } = own;
  const language = own.language === 'auto' ? (spec.language ?? usualLanguage(rows)) : own.language;
  const common = { language, maxLength, maxTokens };
  const split = splitOf(rows, own, spec.seed);
  const whole = sidesOf(rows, split);
  requireSides(whole, spec.task.labels);
  const { name, labels } = spec.task;
  const main: TaskRows = {
    options: { ...common, name, labels, several: hasLists(rows) },
    sides: withShots(whole, labels, spec),
  };
  const further: TaskRows[] = [];
  for (const { rows: file, ...task } of own.tasks) {
    const options = { ...common, ...task, several: false };
    further.push(furtherTask(options, await readRows(file), main, spec, own));
  }
  return { main, further, hash: dataHash(rows, split) };
}

function requireEnough(
  { labels, name }: Pick<TextTaskOptions, 'labels' | 'name'>,
  rows: readonly TrainingRow[],
  shots: number | undefined,
): void {
  const labelled = rows.filter(({ label }) => label !== null);
  const kind = labels.length === 0 ? 'GENERATE' : hasLists(labelled) ? 'MULTI_LABEL' : 'CLASSIFY';
  const reason = whyInsufficient({ kind, labels: [...labels] }, labelled, shots);
  if (reason) throw new MlError('INSUFFICIENT_DATA', `"${name}": ${reason}`);
}

/** Whom the run is tested on, it learns nothing of in another task either. */
function furtherTask(
  options: TextTaskOptions,
  rows: readonly TrainingRow[],
  { sides: { validation, test } }: TaskRows,
  spec: TrainingSpec,
  own: T5Hyperparameters,
): TaskRows {
  requireEnough(options, rows, spec.shots);
  const held = new Set([...validation, ...test].map(({ group }) => group));
  const sides = sidesOf(rows, splitOf(rows, own, spec.seed));
  const free: Sides = { ...sides, train: sides.train.filter(({ group }) => !held.has(group)) };
  requireSides(free, options.labels);
  return {
    options: { ...options, several: hasLists(rows) },
    sides: withShots(free, options.labels, spec),
  };
}
