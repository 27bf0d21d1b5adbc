import { join } from 'node:path';
import { MlError } from '../errors.ts';
import type { Split } from '../split/split.ts';
import { whyInsufficient } from '../split/sufficiency.ts';
import { combineTasks, headTask } from '../tasks/combine.ts';
import { distillTask } from '../tasks/distill.ts';
import type { TargetScale } from '../tasks/target-scale.ts';
import { type Dataset, datasetOf } from './dataset.ts';
import type { Hyperparameters } from './hyperparameters.ts';
import { type Prepared, splitOf } from './prepare.ts';
import { readRows } from './read-run.ts';
import type { TrainingRow } from './spec.ts';
import { type AnyTask, taskOf } from './task-of.ts';

/** Rows of a further head. */
export interface HelperRows {
  readonly name: string;
  readonly weight: number;
  readonly kind: Hyperparameters['tasks'][number];
  readonly data: Dataset;
  /** Nobody whose rows the main task is chosen or measured by is learnt from. */
  readonly split: Split;
}

/** @throws MlError when a file of rows is missing, does not fit its labels or has too few */
export async function readHelpers(
  own: Hyperparameters,
  { spec, encoders, data: main, split: held }: Prepared,
  folder: string,
): Promise<HelperRows[]> {
  const { tasks } = own;
  if (tasks.length > 0 && (encoders.encoding || !encoders.tokenizer))
    throw new MlError('BAD_INPUT', '"tasks" need a model that reads text alone.');
  const apart = new Set([...held.validation, ...held.test].map((place) => main.rows[place]?.group));
  const helpers: HelperRows[] = [];
  for (const kind of tasks) {
    const rows = (await readRows(join(folder, kind.rows))).filter(({ label }) => label !== null);
    const why = whyInsufficient(kind, rows);
    if (why) throw new MlError('INSUFFICIENT_DATA', `The task "${kind.name}": ${why}`);
    const split = splitOf(rows, own, spec.seed);
    const train = split.train.filter((place) => !apart.has(rows[place]?.group));
    const { name, weight } = kind;
    checkSides(name, { ...split, train });
    const data = datasetOf(kind, rows, encoders);
    helpers.push({ name, weight, kind, data, split: { ...split, train } });
  }
  return helpers;
}

function checkSides(name: string, split: Split): void {
  for (const [side, places] of Object.entries(split))
    if (places.length === 0)
      throw new MlError(
        'INSUFFICIENT_DATA',
        `No rows of the task "${name}" are left for ${side}: label more, of more customers.`,
      );
}

/** A further head that is learnt, and served beside the main one. */
export interface Head {
  readonly name: string;
  readonly kind: HelperRows['kind'];
  /** With its weights under the head's name. */
  readonly task: AnyTask;
  /** Of REGRESS. */
  readonly scale?: TargetScale;
}

/** What is learnt: the task with all that is around it, and the target of each row. */
export interface Lesson {
  readonly task: AnyTask;
  readonly heads: readonly Head[];
  readonly data: Dataset;
  readonly targets: readonly unknown[];
  /** Rows of further heads to learn from, in `data`, behind the others. */
  readonly further: readonly number[];
}

/**
 * The main task, with its teacher and its further heads.
 * @param teacher scores of each row of `data`
 */
export function lessonOf(
  main: AnyTask,
  data: Dataset,
  width: number,
  hyperparameters: Hyperparameters,
  { teacher, helpers }: { teacher?: readonly Float32Array[]; helpers: readonly HelperRows[] },
  link: 'softmax' | 'sigmoid',
): Lesson {
  const { distill } = hyperparameters;
  const taught = distill && teacher ? distillTask(main, { ...distill, link }) : main;
  const own = teacher
    ? data.truths.map((truth, row) => ({ truth, teacher: teacher[row] }))
    : data.truths;
  if (helpers.length === 0) return { task: taught, heads: [], data, targets: own, further: [] };
  const built = helpers.map((helper) => builtFor(helper, width, hyperparameters));
  const combined = built.map(({ task }, i) => ({ ...(helpers[i] as HelperRows), task }));
  const inputs = [data, ...helpers.map((helper) => helper.data)].map((each) => each.inputs);
  const ids = inputs.flatMap(({ text }) => text?.ids ?? []);
  return {
    task: combineTasks(taught, combined),
    heads: built.map(({ task, scale }, i) => {
      const { name, kind } = helpers[i] as HelperRows;
      return { name, kind, task: headTask(name, task), ...(scale && { scale }) };
    }),
    data: {
      ...data,
      inputs: { count: ids.length, text: { ids, pad: data.inputs.text?.pad ?? 0 } },
    },
    targets: [...own.map((target) => [target]), ...furtherTargets(helpers)],
    further: furtherPlaces(data.inputs.count, helpers),
  };
}

function builtFor({ kind, data, split }: HelperRows, width: number, own: Hyperparameters) {
  const truths = split.train.map((place) => data.truths[place]);
  return taskOf(kind, width, { ...own, classWeights: 'none' }, truths);
}

/** One of each helper's rows: nothing for the main task and for the other heads. */
const furtherTargets = (helpers: readonly HelperRows[]): unknown[][] =>
  helpers.flatMap(({ data: { truths } }, head) =>
    truths.map((truth) => [undefined, ...helpers.map((_, i) => (i === head ? truth : undefined))]),
  );

function furtherPlaces(first: number, helpers: readonly HelperRows[]): number[] {
  let from = first;
  return helpers.flatMap(({ data, split }) => {
    const places = split.train.map((place) => from + place);
    from += data.inputs.count;
    return places;
  });
}

/** The rows of some places. */
export const rowsAt = ({ rows }: Dataset, places: readonly number[]): TrainingRow[] =>
  places.map((place) => rows[place] as TrainingRow);
