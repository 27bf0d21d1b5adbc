import type { Computation, Machine } from '../engine/engine.ts';
import { outputsOf, widthOf } from '../tasks/model.ts';
import type { TargetScale } from '../tasks/target-scale.ts';
import type { Weights } from '../weights/weights.ts';
import { learningBatches } from './batches-of.ts';
import type { RunContext } from './context.ts';
import { halvesOf } from './halves.ts';
import { type Head, type HelperRows, lessonOf } from './helpers.ts';
import type { Hyperparameters } from './hyperparameters.ts';
import { judge, worthOf, yardstickOf } from './judge.ts';
import { createLearner, type Learner, shapeOf } from './learner.ts';
import { predictionsOf, scoreRows } from './predict.ts';
import type { Prepared } from './prepare.ts';
import { type AnyTask, taskOf } from './task-of.ts';
import { trainModel } from './train-model.ts';

/** One training of one setting on some of the rows. */
export interface Attempt {
  readonly name: string;
  readonly hyperparameters: Hyperparameters;
  readonly train: readonly number[];
  readonly validation: readonly number[];
  readonly seed: number;
  /** Scores of a teacher for each row. */
  readonly teacher?: readonly Float32Array[];
  readonly helpers: readonly HelperRows[];
}

export interface Trained {
  readonly weights: Weights;
  readonly shape: Learner['shape'];
  /** The main task, without what helped it learn. */
  readonly task: AnyTask;
  readonly heads: readonly Head[];
  readonly scale?: TargetScale;
  /** By the yardstick, on the attempt's validation rows; more is better. With heads, theirs too. */
  readonly worth: number;
}

/** Trains on the attempt's rows, keeping what does best on its validation rows. */
export async function attempt(
  context: RunContext,
  prepared: Prepared,
  own: Attempt,
): Promise<Trained> {
  const { spec, base, known, encoders, data } = prepared;
  const { hyperparameters, train, seed, teacher, helpers } = own;
  const shape = shapeOf(hyperparameters, base, encoders.encoding);
  const width = widthOf(shape);
  const truths = train.map((place) => data.truths[place]);
  const { task, scale } = taskOf(spec.task, width, hyperparameters, truths);
  const around = { helpers, ...(teacher && { teacher }) };
  const link = spec.task.kind === 'MULTI_LABEL' ? 'sigmoid' : 'softmax';
  const lesson = lessonOf(task, data, width, hyperparameters, around, link);
  const learner = createLearner(shape, lesson.task, hyperparameters, { base, known, seed });
  const batches = learningBatches(
    lesson.data,
    [...train, ...lesson.further],
    { task: lesson.task, targets: lesson.targets, paired: spec.task.kind === 'EMBED' },
    hyperparameters,
    seed,
  );
  let worth = Number.NEGATIVE_INFINITY;
  const validate = validator(context, prepared, own, learner, scale);
  const furtherWorth = headsWorth(own, learner, lesson.heads);
  const weights = await trainModel(context, {
    ...{ learner, batches, hyperparameters, seed, name: own.name },
    async validate(machine, step) {
      const main = await validate(machine, step);
      const now = furtherWorth ? inUnits(main, scale) + (await furtherWorth(machine)) : main;
      worth = Math.max(worth, now);
      return now;
    },
  });
  const { heads } = lesson;
  return { weights, shape, task, heads, worth, ...(scale && { scale }) };
}

/** An error in deviations of the target, so that tasks can be added up; other metrics are shares. */
const inUnits = (worth: number, scale: TargetScale | undefined): number =>
  scale && !scale.log ? worth / (scale.deviation || 1) : worth;

/** What further heads are worth together, each by its weight: what is kept is to be good at all tasks. */
function headsWorth(
  { hyperparameters, helpers }: Attempt,
  { shape, dense }: Learner,
  heads: readonly Head[],
): ((machine: Machine) => Promise<number>) | undefined {
  if (heads.length === 0) return undefined;
  const computations = heads.map(({ task }) => outputsOf(shape, task, dense));
  const { batchSize } = hyperparameters;
  return async (machine) => {
    let sum = 0;
    for (const [i, { kind, scale }] of heads.entries()) {
      const { data, split, weight } = helpers[i] as HelperRows;
      const places = split.validation;
      const computation = computations[i] as Computation;
      const scores = await scoreRows(machine, computation, data.inputs, places, batchSize);
      const predictions = predictionsOf(kind, scores, data, places, scale ? { scale } : {});
      const worth = worthOf(yardstickOf(kind, scale), judge(kind, predictions, data, places));
      // Of rows of one class alone a metric may have no value.
      if (Number.isFinite(worth)) sum += weight * inUnits(worth, scale);
    }
    return sum;
  };
}

/** Measures a machine's state on the validation rows, and tells of it. */
function validator(
  context: RunContext,
  { spec, data }: Prepared,
  { name, hyperparameters, validation }: Attempt,
  { shape, task, dense }: Learner,
  scale: TargetScale | undefined,
): (machine: Machine, step: number) => Promise<number> {
  const computation = outputsOf(shape, task, dense);
  const yardstick = yardstickOf(spec.task, scale);
  const unlabelled = spec.task.kind === 'EMBED' && data.rows.every(({ label }) => label === null);
  const judged = unlabelled ? halvesOf(data, validation) : data;
  const places = unlabelled ? judged.rows.map((_, place) => place) : validation;
  return async (machine, step) => {
    const { inputs } = judged;
    const scores = await scoreRows(machine, computation, inputs, places, hyperparameters.batchSize);
    const predictions = predictionsOf(spec.task, scores, judged, places, scale ? { scale } : {});
    const metrics = judge(spec.task, predictions, judged, places);
    const split = name === 'train' ? 'validation' : `validation ${name}`;
    const points = [yardstick.metric, 'logLoss'].flatMap((metric) => {
      const value = metrics[metric];
      return typeof value === 'number' ? [{ step, split, metric, value }] : [];
    });
    context.report({ type: 'curve', points });
    return worthOf(yardstick, metrics);
  };
}
