import type { FittedBaseline } from '../baselines/baseline.ts';
import { applyStack, crossedStack, fitStack, type Stack } from '../calibration/stack.ts';
import { oneMetric } from '../metrics/one-metric.ts';
import { type Choice, chooseWithinError } from '../search/one-standard-error.ts';
import { judgedOf, worthOf, yardstickOf } from './judge.ts';
import type { Predictions } from './predict.ts';
import type { Prepared } from './prepare.ts';
import type { TrainingRow } from './spec.ts';

type Probable = Extract<Predictions, { probabilities: number[][] }>;

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
  const { labels } = spec.task;
  const both = (own: Probable, places: readonly number[]) => {
    const rows = places.map((place) => data.rows[place] as TrainingRow);
    return [own.probabilities, baseline.predict(rows)];
  };
  const truth = split.validation.map((place) => {
    const own = [data.truths[place]].flat();
    return labels.map((_, label) => (own.includes(label) ? 1 : 0));
  });
  const held = both(validation, split.validation);
  const stack = fitStack(kind, held, truth);
  return {
    stack,
    alone: validation,
    validation: { kind, probabilities: crossedStack(kind, held, truth) },
    test: { kind, probabilities: applyStack(kind, stack, both(test, split.test)) },
  };
}

/** The stack, unless the model is better alone by more than a standard error on validation rows. */
export function chooseStack({ spec, data, split }: Prepared, { alone, validation }: Mixed): Choice {
  const yardstick = yardstickOf(spec.task);
  const places = split.validation;
  const rows = places.map((place) => data.rows[place] as TrainingRow);
  const truth = places.map((place) => data.truths[place]);
  const contender = (name: string, predictions: Probable) => {
    const judged = judgedOf(spec.task, predictions, truth, rows);
    const { metric } = yardstick;
    return {
      name,
      worth: (some: readonly number[]) =>
        worthOf(yardstick, { [metric]: oneMetric(judged, metric, some) }),
    };
  };
  const contenders = [contender('stack', validation), contender('model', alone)];
  return chooseWithinError(contenders, [places.length]);
}
