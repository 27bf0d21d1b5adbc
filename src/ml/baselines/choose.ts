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

/** The setting whose model has the smallest loss; the first one when there is nothing to compare on. */
export function chooseBest<S, M>(
  settings: readonly [S, ...S[]],
  train: (setting: S) => M,
  loss: ((model: M) => number) | undefined,
): M {
  if (!loss) return train(settings[0]);
  let best = train(settings[0]);
  let least = loss(best);
  for (const setting of settings.slice(1)) {
    const model = train(setting);
    const own = loss(model);
    if (own < least) [best, least] = [model, own];
  }
  return best;
}
