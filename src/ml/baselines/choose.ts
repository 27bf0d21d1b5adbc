import { logLoss } from '../metrics/probability.ts';
import { rmse } from '../metrics/regression.ts';
import type { TrainingRow } from '../run/spec.ts';
import type { BaselineTask } from './baseline.ts';
import { classOf, targetOf, targetsOf } from './targets.ts';

/** How wrong predictions (N, labels) are, in the loss that the task trains: less is better. */
export function lossOfPredictions(
  task: BaselineTask,
  predictions: readonly number[][],
  rows: readonly TrainingRow[],
): number {
  if (task.kind === 'REGRESS')
    return rmse(
      predictions.map(([value]) => value ?? 0),
      rows.map(targetOf),
    );
  if (task.kind === 'CLASSIFY')
    return logLoss(
      predictions,
      rows.map((row) => classOf(task, row)),
    );
  return independentLoss(predictions, targetsOf(task, rows));
}

/** Mean cross-entropy of independent labels. */
function independentLoss(predictions: readonly number[][], targets: Float32Array): number {
  let total = 0;
  for (const [i, p] of predictions.flat().entries())
    total -= Math.log(Math.max(1e-15, targets[i] === 1 ? p : 1 - p));
  return total / targets.length;
}

/** A model and the penalty that it was trained with. */
export interface Chosen<M> {
  readonly model: M;
  readonly penalty: number;
}

/** The model of the penalty with the smallest loss; of the first when there is nothing to compare on. */
export function choosePenalty<M>(
  penalties: readonly [number, ...number[]],
  train: (penalty: number) => M,
  loss: ((model: M) => number) | undefined,
): Chosen<M> {
  const [first, ...others] = penalties;
  let best = { model: train(first), penalty: first };
  if (!loss) return best;
  let least = loss(best.model);
  for (const penalty of others) {
    const model = train(penalty);
    const own = loss(model);
    if (own < least) [best, least] = [{ model, penalty }, own];
  }
  return best;
}
