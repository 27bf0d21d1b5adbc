import type { FittedBaseline } from '../../baselines/baseline.ts';
import { calibrate } from '../../calibration/calibration.ts';
import { chooseStacked, stackOn } from '../../run/stacking.ts';
import type { Choice } from '../../search/one-standard-error.ts';
import { mostProbable } from './confidence.ts';
import type { T5Hyperparameters } from './hyperparameters.ts';
import { type Asked, type Fitted, fitThreshold, judgedOf, numbersOf } from './judge.ts';
import { classYardstick } from './scores.ts';

/** Whether answers are stacked, and how. */
export interface StackedAnswers {
  /** Absent where the model answers better alone. */
  readonly fitted?: Fitted;
  /** Why, where that was to be found out. */
  readonly choice?: Choice;
}

/**
 * Mixes what a model says of labels with what a linear model of the same texts says, by weights
 * fitted on validation rows. Nothing for other tasks.
 * @param alone how the model answers by itself
 */
export function stackAnswers(
  asked: Asked,
  alone: Fitted,
  { stack: wanted, targetPrecision }: Pick<T5Hyperparameters, 'stack' | 'targetPrecision'>,
  baseline: FittedBaseline | undefined,
): StackedAnswers {
  const { task, rows, said } = asked;
  const { calibration } = alone;
  if (!wanted || !baseline || !calibration || !('probabilities' in said)) return {};
  const own = calibrate(calibration, said.probabilities);
  const both = [own, baseline.predict(rows)];
  const right = numbersOf(task, rows).map((label) => [label]);
  const { stack, crossed } = stackOn('CLASSIFY', both, right, task.labels.length);
  const judged = (probabilities: readonly number[][]) => judgedOf(task, rows, probabilities);
  const yardstick = classYardstick(task.labels);
  const choice =
    wanted === 'auto' ? chooseStacked(yardstick, judged(crossed), judged(own)) : undefined;
  if (choice?.chosen === 'model') return { choice };
  const threshold = fitThreshold(asked, mostProbable(crossed), targetPrecision);
  return {
    fitted: { calibration, stacked: { stack, baseline }, threshold },
    ...(choice && { choice }),
  };
}
