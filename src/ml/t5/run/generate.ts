import type { RunContext } from '../../run/context.ts';
import type { Metrics, RunResult } from '../../run/messages.ts';
import type { TrainingRow, TrainingSpec } from '../../run/spec.ts';
import type { Weights } from '../../weights/weights.ts';
import { learnAlone } from './alone.ts';
import type { T5Base } from './base.ts';
import { compareTransfer } from './compare.ts';
import { type Course, courseOf, type ReadRows } from './course.ts';
import { heldBatches } from './held.ts';
import { parseT5Hyperparameters, type T5Hyperparameters } from './hyperparameters.ts';
import { judgeCourse } from './judge-course.ts';
import { type JudgedTask, manifestOf } from './judge-task.ts';
import { lessonBatches } from './lesson.ts';
import { fitLinear } from './linear.ts';
import { membersOf } from './members.ts';
import { resultOf } from './result.ts';
import { requireRoot, rootHash } from './root.ts';
import { saveT5Version } from './save.ts';
import { type Source, sourceOf } from './source.ts';
import { startOf } from './start.ts';
import { lessonOf, pairsOf } from './task-rows.ts';
import { createTextTask } from './text-task.ts';
import { trainT5 } from './train.ts';

/** Rows that are enough to see the loss on validation fall or rise. */
const HELD = 128;

/**
 * Trains a text-to-text version, judges it on rows it has not seen, and writes its folder.
 * @param folder where the version goes
 * @throws MlError of code INSUFFICIENT_DATA when there is too little to learn from
 */
export async function runGenerate(
  context: RunContext,
  spec: TrainingSpec,
  rows: readonly TrainingRow[],
  readRows: ReadRows,
  folder: string,
): Promise<RunResult> {
  const own = parseT5Hyperparameters(spec.hyperparameters);
  await requireRoot(spec, own);
  const course = await courseOf(spec, rows, own, readRows);
  const base = await startOf(spec, own);
  const source = await sourceOf(spec, own, readRows);
  const weights = await learn(context, spec, own, { base, course, source });
  const alone = await learnAlone(context, spec, own, course);
  const graphs = await membersOf(spec, own, course, { base, weights, alone });
  const linear = await fitLinear(course.main, spec.seed, source);
  const { main, further, ...judged } = await judgeCourse(spec, own, course, {
    ...{ base, graphs, source, linear: linear?.best },
  });
  const transfer =
    own.compare && alone
      ? await compareTransfer(spec, own, course, { base, alone, metrics: main.alone })
      : undefined;
  await saveT5Version(folder, {
    ...{ base, weights, graphs, baselines: [main, ...further].map(baselineOf) },
    manifest: {
      ...{ ...manifestOf(main), beams: own.beams, root: await rootHash(spec.base) },
      further: further.map(manifestOf),
    },
  });
  return resultOf(spec, course, linear, own, {
    ...{ ...main.metrics, ...judged, ...(transfer && { transfer }) },
    ...(further.length > 0 && { tasks: metricsByName(further) }),
  });
}

interface Material {
  readonly base: T5Base;
  readonly course: Course;
  readonly source: Source | undefined;
}

/** The weights after the run's steps. */
function learn(
  context: RunContext,
  { seed }: TrainingSpec,
  own: T5Hyperparameters,
  { base, course, source }: Material,
): Promise<Weights> {
  const { tokenizer, config } = base;
  const replayed = source && own.replay?.share ? [source] : [];
  const lesson = {
    tasks: lessonOf(tokenizer, [course.main, ...course.further]),
    replay: lessonOf(tokenizer, replayed).flat(),
  };
  const { options, sides } = course.main;
  const held = pairsOf(createTextTask(tokenizer, options), sides.validation.slice(0, HELD));
  return trainT5(context, {
    ...{ base, own, seed, held: heldBatches(held, config, own.batchSize) },
    batches: lessonBatches(lesson, config, own, seed),
  });
}

/** What a task's answers are stacked with. */
const baselineOf = ({ fitted }: JudgedTask) => fitted.stacked?.baseline;

const metricsByName = (tasks: readonly JudgedTask[]): Metrics =>
  Object.fromEntries(tasks.map(({ options, metrics }) => [options.name, metrics]));
