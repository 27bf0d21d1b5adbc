import type { FittedBaseline } from '../baselines/baseline.ts';
import {
  applyStack,
  crossedStack,
  fitStack,
  type Stack,
  type StackKind,
} from '../calibration/stack.ts';
import type { Judged } from '../metrics/evaluate.ts';
import { oneMetric } from '../metrics/one-metric.ts';
import type { Probabilities } from '../metrics/probability.ts';
import { type Choice, chooseWithinError } from '../search/one-standard-error.ts';
import { judgedOf, worthOf, type Yardstick, yardstickOf } from './judge.ts';
import type { Predictions } from './predict.ts';
import type { Prepared } from './prepare.ts';
import type { TrainingRow } from './spec.ts';

type Probable = Extract<Predictions, { probabilities: number[][] }>;

/** A baseline that a model's probabilities are mixed with, and how. */
export interface Stacked {
  readonly stack: Stack;
  readonly baseline: FittedBaseline;
}

/** A model's probabilities mixed with a baseline's. */
export interface Mixed {
  readonly stack: Stack;
  /** What the model says of validation rows by itself. */
  readonly alone: Probable;
  /** Each row by weights that were fitted on others. */
  readonly validation: Probable;
  readonly test: Probable;
}

/** Undefined for tasks without probabilities. */
export function mix(
  { spec, data, split }: Prepared,
  baseline: FittedBaseline,
  validation: Predictions,
  test: Predictions,
): Mixed | undefined {
  if (!('probabilities' in validation && 'probabilities' in test)) return undefined;
  const { kind } = validation;
  const both = (own: Probable, places: readonly number[]) => {
    const rows = places.map((place) => data.rows[place] as TrainingRow);
    return [own.probabilities, baseline.predict(rows)];
  };
  const right = split.validation.map((place) => [data.truths[place]].flat());
  const held = both(validation, split.validation);
  const { stack, crossed } = stackOn(kind, held, right, spec.task.labels.length);
  return {
    stack,
    alone: validation,
    validation: { kind, probabilities: crossed },
    test: { kind, probabilities: applyStack(kind, stack, both(test, split.test)) },
  };
}

/**
 * A stack fitted on validation rows, and what it says of these (N, labels), each row by weights that were
 * fitted on others.
 * @param models their probabilities (M, N, labels)
 * @param right of each row the numbers of its labels
 */
export function stackOn(
  kind: StackKind,
  models: readonly Probabilities[],
  right: readonly (readonly unknown[])[],
  labels: number,
): { readonly stack: Stack; readonly crossed: number[][] } {
  const truth = right.map((own) =>
    Array.from({ length: labels }, (_, label) => (own.includes(label) ? 1 : 0)),
  );
  return { stack: fitStack(kind, models, truth), crossed: crossedStack(kind, models, truth) };
}

/** Whether the model is to be stacked, by its validation rows. */
export function chooseStack({ spec, data, split }: Prepared, { alone, validation }: Mixed): Choice {
  const rows = split.validation.map((place) => data.rows[place] as TrainingRow);
  const truth = split.validation.map((place) => data.truths[place]);
  const judged = (own: Probable) => judgedOf(spec.task, own, truth, rows);
  return chooseStacked(yardstickOf(spec.task), judged(validation), judged(alone));
}

/**
 * `stack`, unless `model` is better alone by more than a standard error, both judged on the same rows,
 * which neither has seen.
 */
export function chooseStacked(yardstick: Yardstick, stack: Judged, alone: Judged): Choice {
  const { metric } = yardstick;
  const contender = (name: string, judged: Judged) => ({
    name,
    worth: (some: readonly number[]) =>
      worthOf(yardstick, { [metric]: oneMetric(judged, metric, some) }),
  });
  const contenders = [contender('stack', stack), contender('model', alone)];
  return chooseWithinError(contenders, [alone.truth.length]);
}
