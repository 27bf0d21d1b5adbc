import type { Baseline, BaselineTask, FittedBaseline } from '../baselines/baseline.ts';
import { boostedBaseline } from '../baselines/boosted-baseline.ts';
import { tableBaseline } from '../baselines/table-baseline.ts';
import { textBaseline } from '../baselines/text-baseline.ts';
import type { Predictions } from './predict.ts';
import type { TrainingRow, TrainingSpec } from './spec.ts';

/** The sides that a baseline learns from and chooses its settings by. */
export interface BaselineRows {
  readonly train: readonly TrainingRow[];
  readonly validation: readonly TrainingRow[];
}

/** Trains each simple model that the rows have something for; none for the other kinds of task. */
export async function fitBaselines(
  { task, text, features, seed }: TrainingSpec,
  { train, validation }: BaselineRows,
): Promise<FittedBaseline[]> {
  const { kind, labels } = task;
  if (kind !== 'CLASSIFY' && kind !== 'MULTI_LABEL' && kind !== 'REGRESS') return [];
  const own: BaselineTask = { kind, labels, features };
  const simple: Baseline[] = [
    ...(text === 'NONE' ? [] : [textBaseline]),
    ...(features.length === 0 ? [] : [tableBaseline, boostedBaseline()]),
  ];
  const fitted: FittedBaseline[] = [];
  for (const baseline of simple) fitted.push(await baseline.fit(own, train, { validation, seed }));
  return fitted;
}

/** A baseline's predictions in the form that a model's have. */
export function baselinePredictions(
  baseline: FittedBaseline,
  kind: TrainingSpec['task']['kind'],
  rows: readonly TrainingRow[],
): Predictions {
  const outputs = baseline.predict(rows);
  if (kind === 'REGRESS') return { kind, values: outputs.map(([value = 0]) => value) };
  return { kind: kind === 'MULTI_LABEL' ? kind : 'CLASSIFY', probabilities: outputs };
}
