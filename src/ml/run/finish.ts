import type { FittedBaseline } from '../baselines/baseline.ts';
import { applyLink } from '../baselines/link.ts';
import { type Calibration, fitCalibration, temperatureOf } from '../calibration/calibration.ts';
import type { Choice } from '../search/one-standard-error.ts';
import type { TargetScale } from '../tasks/target-scale.ts';
import { NO_TAG } from '../text/units.ts';
import type { Weights } from '../weights/weights.ts';
import type { RunContext } from './context.ts';
import { halvesOf } from './halves.ts';
import type { Head } from './helpers.ts';
import type { Hyperparameters } from './hyperparameters.ts';
import { judge, worthOf, type Yardstick, yardstickOf } from './judge.ts';
import type { Learner } from './learner.ts';
import type { Metrics } from './messages.ts';
import { type Predictions, predictionsOf } from './predict.ts';
import type { Prepared } from './prepare.ts';
import { chooseStack, mix, type Stacked } from './stacking.ts';
import type { AnyTask } from './task-of.ts';
import { scoreVersion } from './version.ts';

/** A model that has been trained, whole. */
export interface Model {
  readonly shape: Learner['shape'];
  readonly task: AnyTask;
  readonly weights: Weights;
  readonly scale?: TargetScale;
  /** Further ones on the same encoder. */
  readonly heads?: readonly Head[];
}

/** A trained model measured, and what corrects it. */
export interface Measured {
  /** Of what will be served: the stack, where there is one. */
  readonly metrics: Metrics;
  readonly validation: Metrics;
  readonly calibration?: Calibration;
  /** The model's probabilities are mixed with a baseline's. */
  readonly stacked?: Stacked;
  /** Of a stacked model's own probabilities. */
  readonly alone?: Metrics;
  /** Why it is stacked, or is not, where that was to be found out. */
  readonly choice?: Choice;
}

/** Calibrates on validation, and measures on test. */
export async function measure(
  context: RunContext,
  prepared: Prepared,
  { batchSize, stack }: Hyperparameters,
  model: Model,
  baselines: readonly FittedBaseline[],
): Promise<Measured> {
  const { spec, split } = prepared;
  const { task } = spec;
  const unlabelled =
    task.kind === 'EMBED' && prepared.data.rows.every(({ label }) => label === null);
  const side = async (places: readonly number[]) => {
    const data = unlabelled ? halvesOf(prepared.data, places) : prepared.data;
    const own = unlabelled ? data.rows.map((_, place) => place) : places;
    return { data, places: own, scores: await scoreVersion(context, model, data, own, batchSize) };
  };
  const [validation, test] = [await side(split.validation), await side(split.test)];
  const calibration = calibrationOf(task, validation);
  const corrections = {
    ...(model.scale && { scale: model.scale }),
    ...(calibration && { calibration }),
  };
  const said = ({ scores, data, places }: Side) =>
    predictionsOf(task, scores, data, places, corrections);
  const judged = (own: Side, predictions: Predictions) =>
    judge(task, predictions, own.data, own.places);
  const text = baselines.find(({ name }) => name === 'tfidf-linear');
  const mixed = stack && text && mix(prepared, text, said(validation), said(test));
  const choice = stack === 'auto' && mixed ? chooseStack(prepared, mixed) : undefined;
  const stands = mixed && choice?.chosen !== 'model' ? mixed : undefined;
  const alone = judged(test, said(test));
  return {
    metrics: stands ? judged(test, stands.test) : alone,
    validation: judged(validation, stands ? stands.validation : said(validation)),
    ...(calibration && { calibration }),
    ...(stands && text && { alone, stacked: { stack: stands.stack, baseline: text } }),
    ...(choice && { choice }),
  };
}

interface Side {
  readonly data: Prepared['data'];
  readonly places: readonly number[];
  readonly scores: readonly Float32Array[];
}

/** Of classes; and of SEQUENCE's tags, over all words. */
function calibrationOf(
  { kind, labels }: Prepared['spec']['task'],
  { data, places, scores }: Side,
): Calibration | undefined {
  const truths = places.map((place) => data.truths[place]);
  const softmax = (logits: Float32Array) => applyLink('softmax', logits);
  if (kind === 'CLASSIFY') return fitCalibration(scores.map(softmax), truths as number[]);
  if (kind !== 'SEQUENCE') return undefined;
  const words = truths.flatMap((tags, row) =>
    Array.from(tags as ArrayLike<number>).flatMap((tag, token) =>
      tag === NO_TAG ? [] : [{ row, token, tag }],
    ),
  );
  const width = labels.length;
  return temperatureOf(
    words.map(({ row, token }) =>
      softmax((scores[row] as Float32Array).subarray(token * width, (token + 1) * width)),
    ),
    words.map(({ tag }) => tag),
  );
}

/** Who did best on the test rows; the simpler one where two are equal. */
export function winnerOf(
  yardstick: Yardstick,
  metrics: Metrics,
  rivals: Readonly<Record<string, Metrics>>,
): string {
  let [winner, best] = ['', Number.NEGATIVE_INFINITY];
  for (const [name, own] of [...Object.entries(rivals), ['model', metrics] as const]) {
    const worth = worthOf(yardstick, own);
    if (worth > best || winner === '') [winner, best] = [name, worth];
  }
  return winner;
}

/** The metric that decides for a model. */
export const yardstickFor = ({ spec }: Prepared, { scale }: Model): Yardstick =>
  yardstickOf(spec.task, scale);
