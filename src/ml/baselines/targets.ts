import { MlError } from '../errors.ts';
import type { TrainingRow } from '../run/spec.ts';
import type { BaselineTask } from './baseline.ts';
import type { Link } from './link.ts';

/** How a task's targets are laid out: two classes need one output, the second class's. */
export function linkOf(task: BaselineTask): { link: Link; outputs: number } {
  if (task.kind === 'REGRESS') return { link: 'identity', outputs: 1 };
  if (task.kind === 'MULTI_LABEL') return { link: 'sigmoid', outputs: task.labels.length };
  return task.labels.length === 2
    ? { link: 'sigmoid', outputs: 1 }
    : { link: 'softmax', outputs: task.labels.length };
}

/** (N, outputs) of `linkOf`. @throws MlError naming the row of a label outside the set. */
export function targetsOf(task: BaselineTask, rows: readonly TrainingRow[]): Float32Array {
  const { outputs } = linkOf(task);
  const targets = new Float32Array(rows.length * outputs);
  for (const [i, row] of rows.entries()) {
    if (task.kind === 'REGRESS') targets[i] = targetOf(row);
    else
      for (const index of labelsOf(task, row))
        if (outputs === 1 && task.kind === 'CLASSIFY') targets[i] = index;
        else targets[i * outputs + index] = 1;
  }
  return targets;
}

/** Outputs as the task's predictions: both classes of a pair. */
export function predictionsOf(task: BaselineTask, outputs: readonly number[]): number[] {
  const [second = 0] = outputs;
  return task.kind === 'CLASSIFY' && task.labels.length === 2 ? [1 - second, second] : [...outputs];
}

/** The class index of a row's label. */
export function classOf(task: BaselineTask, row: TrainingRow): number {
  return labelsOf(task, row)[0] ?? 0;
}

/** The value to predict. @throws MlError when it is not a finite number. */
export function targetOf(row: TrainingRow): number {
  if (typeof row.label === 'number' && Number.isFinite(row.label)) return row.label;
  throw new MlError('BAD_INPUT', `Row ${row.id}: the label ${row.label} is not a finite number.`);
}

/** Indices of a row's labels; one for CLASSIFY. */
export function labelsOf(task: BaselineTask, row: TrainingRow): number[] {
  const own = Array.isArray(row.label) ? row.label : [String(row.label)];
  if (row.label === null || (task.kind === 'CLASSIFY' && own.length !== 1))
    throw new MlError('BAD_INPUT', `Row ${row.id} needs one label.`);
  return own.map((label) => {
    const index = task.labels.indexOf(label);
    if (index >= 0) return index;
    throw new MlError(
      'BAD_INPUT',
      `Row ${row.id}: the label "${label}" is not of the task's set (${task.labels.join(', ')}).`,
    );
  });
}
