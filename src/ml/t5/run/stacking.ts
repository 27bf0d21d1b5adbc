import type { FittedBaseline } from '../../baselines/baseline.ts';
import { calibrate } from '../../calibration/calibration.ts';
import { crossedStack, fitStack } from '../../calibration/stack.ts';
import { chooseStacked } from '../../run/stacking.ts';
import type { Choice } from '../../search/one-standard-error.ts';
import { mostProbable } from './confidence.ts';
import type { T5Hyperparameters } from './hyperparameters.ts';
import { type Asked, type Fitted, fitThreshold, judgedOf, numbersOf } from './judge.ts';
import { yardstickOf } from './scores.ts';

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
  const truth = numbersOf(task, rows).map((right) => task.labels.map((_, c) => +(c === right)));
  // Each row by weights that were fitted on others.
  const mixed = crossedStack('CLASSIFY', both, truth);
  const judged = (probabilities: readonly number[][]) => judgedOf(task, rows, probabilities);
  const yardstick = { metric: yardstickOf(task.labels, false), sign: 1 } as const;
  const choice =
    wanted === 'auto' ? chooseStacked(yardstick, judged(mixed), judged(own)) : undefined;
  if (choice?.chosen === 'model') return { choice };
  const stacked = { stack: fitStack('CLASSIFY', both, truth), baseline };
  const threshold = fitThreshold(asked, mostProbable(mixed), targetPrecision);
  return { fitted: { calibration, stacked, threshold }, ...(choice && { choice }) };
}
