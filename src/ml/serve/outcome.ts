import { entropyShare, leastSureShare } from '../active/uncertainty.ts';
import { applyLink } from '../baselines/link.ts';
import { calibrate } from '../calibration/calibration.ts';
import { applyStack } from '../calibration/stack.ts';
import { MlError } from '../errors.ts';
import { fromScale } from '../tasks/target-scale.ts';
import type { Manifest } from './manifest.ts';

/** What a model says of one row. */
export interface Outcome {
  readonly value: string | string[] | number;
  /** Of the value, calibrated; null where there is none. */
  readonly probability: number | null;
  /** Of all probabilities, from 0 to 1; null where there are none. */
  readonly uncertainty: number | null;
  /** What is explained: how much each output counts in the score behind the value. */
  readonly direction: readonly number[];
}

/** From this probability on, a row has a label. */
const LIKELY = 0.5;

/** The output that a task's model has. */
export function outputOf({ task }: Manifest): 'logits' | 'value' {
  if (task.kind === 'CLASSIFY' || task.kind === 'MULTI_LABEL') return 'logits';
  if (task.kind === 'REGRESS') return 'value';
  throw new MlError('BAD_INPUT', `A model of the kind ${task.kind} does not predict.`);
}

/** How many numbers that output is of a row. */
export const widthOf = ({ labels }: Manifest['task']): number => Math.max(1, labels.length);

/** The output of a further head, by its place in the manifest. */
export const furtherOutput = (head: number): string => `further_${head}`;

/**
 * @param scores the row's output, one for each label, or one in all
 * @param beside the baseline's probabilities, of a model that is stacked with one
 */
export function outcomeOf(
  model: Manifest,
  scores: ArrayLike<number>,
  beside?: readonly number[],
): Outcome {
  if (model.task.kind === 'REGRESS') return regressed(model, scores[0] as number);
  const probabilities = probabilitiesOf(model, scores, beside);
  return model.task.kind === 'CLASSIFY'
    ? classified(model, probabilities)
    : labelled(model, probabilities);
}

function regressed({ scale }: Manifest, score: number): Outcome {
  const value = scale ? fromScale(scale, score) : score;
  // A contribution is in the value's own unit, or its logarithm where that is what the model learns.
  return { value, probability: null, uncertainty: null, direction: [scale?.deviation ?? 1] };
}

/** Calibrated, and mixed with the baseline's. */
function probabilitiesOf(
  { task, calibration, stack }: Manifest,
  scores: ArrayLike<number>,
  beside: readonly number[] | undefined,
): readonly number[] {
  const kind = task.kind === 'CLASSIFY' ? 'CLASSIFY' : 'MULTI_LABEL';
  const raw = applyLink(kind === 'CLASSIFY' ? 'softmax' : 'sigmoid', scores);
  const [own = raw] = calibration && kind === 'CLASSIFY' ? calibrate(calibration, [raw]) : [raw];
  const [mixed = own] = stack && beside ? applyStack(kind, stack, [[own], [beside]]) : [own];
  return mixed;
}

/** The likeliest class; the score behind it is its logit less the mean of all, as only differences count. */
function classified({ task }: Manifest, probabilities: readonly number[]): Outcome {
  const best = placeOfLargest(probabilities);
  const share = 1 / probabilities.length;
  return {
    value: task.labels[best] as string,
    probability: probabilities[best] as number,
    uncertainty: entropyShare(probabilities),
    direction: probabilities.map((_, place) => (place === best ? 1 : 0) - share),
  };
}

/** All likely labels; the probability is that of the least sure one, the score that of the surest. */
function labelled({ task }: Manifest, probabilities: readonly number[]): Outcome {
  const likely = probabilities.filter((probability) => probability >= LIKELY);
  const best = placeOfLargest(probabilities);
  return {
    value: task.labels.filter((_, place) => (probabilities[place] as number) >= LIKELY),
    probability: likely.length > 0 ? Math.min(...likely) : null,
    uncertainty: leastSureShare(probabilities),
    direction: probabilities.map((_, place) => (place === best ? 1 : 0)),
  };
}

function placeOfLargest(values: readonly number[]): number {
  return values.indexOf(Math.max(...values));
}
