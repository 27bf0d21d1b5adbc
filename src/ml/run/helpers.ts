import { join } from 'node:path';
import { MlError } from '../errors.ts';
import { combineTasks, type Helper } from '../tasks/combine.ts';
import { distillTask } from '../tasks/distill.ts';
import { type Dataset, datasetOf, type Encoders } from './dataset.ts';
import type { Hyperparameters } from './hyperparameters.ts';
import { readRows } from './read-run.ts';
import { type AnyTask, taskOf } from './task-of.ts';

/** Rows of further heads. */
export interface HelperRows {
  readonly name: string;
  readonly weight: number;
  readonly kind: Hyperparameters['tasks'][number];
  readonly data: Dataset;
}

/** @throws MlError when a file of rows is missing or does not fit its labels */
export async function readHelpers(
  { tasks }: Hyperparameters,
  encoders: Encoders,
  folder: string,
): Promise<HelperRows[]> {
  if (tasks.length > 0 && (encoders.encoding || !encoders.tokenizer))
    throw new MlError('BAD_INPUT', '"tasks" need a model that reads text alone.');
  const helpers: HelperRows[] = [];
  for (const kind of tasks) {
    const rows = await readRows(join(folder, kind.rows));
    const data = datasetOf(kind, rows, encoders);
    helpers.push({ name: kind.name, weight: kind.weight, kind, data });
  }
  return helpers;
}

/** What is learnt: the task with all that is around it, and the target of each row. */
export interface Lesson {
  readonly task: AnyTask;
  readonly data: Dataset;
  readonly targets: readonly unknown[];
  /** Rows of further heads, in `data`, behind the others. */
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
  if (helpers.length === 0) return { task: taught, data, targets: own, further: [] };
  const heads: Helper[] = helpers.map(({ name, weight, kind, data: { truths } }) => ({
    ...{ name, weight },
    task: taskOf(kind, width, { ...hyperparameters, classWeights: 'none' }, truths).task,
  }));
  const behind = helpers.flatMap(({ data: { truths } }, head) =>
    truths.map((truth) => [undefined, ...helpers.map((_, i) => (i === head ? truth : undefined))]),
  );
  const ids = [data, ...helpers.map((helper) => helper.data)].flatMap(
    ({ inputs }) => inputs.text?.ids ?? [],
  );
  const count = data.inputs.count;
  return {
    task: combineTasks(taught, heads),
    data: {
      ...data,
      inputs: { count: ids.length, text: { ids, pad: data.inputs.text?.pad ?? 0 } },
    },
    targets: [...own.map((target) => [target]), ...behind],
    further: behind.map((_, i) => count + i),
  };
}
