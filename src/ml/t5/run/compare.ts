import type { RunContext } from '../../run/context.ts';
import type { Metrics } from '../../run/messages.ts';
import type { TrainingSpec } from '../../run/spec.ts';
import { loadT5Base } from './base.ts';
import type { Course } from './course.ts';
import { withWeights } from './decoding.ts';
import type { T5Hyperparameters } from './hyperparameters.ts';
import { fitAnswers, judgeRows } from './judge.ts';
import { lessonBatches } from './lesson.ts';
import { openVersion } from './open-version.ts';
import { worthOf, yardstickOf } from './scores.ts';
import { lessonOf } from './task-rows.ts';
import { createTextTask } from './text-task.ts';
import { trainT5 } from './train.ts';

/**
 * What the transfer was worth, all on the same test rows: `targetOnly` learnt the same rows from the
 * base that the source came from; `sourceOnly` is the source version as it is, kept to the answers
 * of the target's task, having seen none of its labels; `transfer` is the run's own model.
 * Undefined where the run does not ask for it.
 */
export async function compareTransfer(
  context: RunContext,
  spec: TrainingSpec,
  own: T5Hyperparameters,
  course: Course,
  metrics: Metrics,
): Promise<Metrics | undefined> {
  if (!own.compare || spec.root === undefined) return undefined;
  const { labels, several } = course.main.options;
  const decidedBy = yardstickOf(labels, several);
  const figures = {
    targetOnly: figuresOf(await targetOnly(context, spec, own, course, spec.root)),
    sourceOnly: figuresOf(await sourceOnly(spec, own, course)),
    transfer: figuresOf(metrics),
  };
  const [best] = Object.entries(figures).toSorted(
    ([, a], [, b]) => worthOf(b, decidedBy) - worthOf(a, decidedBy),
  );
  return { ...figures, decidedBy, winner: best?.[0], shots: spec.shots ?? null };
}

/** The numbers themselves, without their parts. */
function figuresOf(metrics: Metrics): Record<string, number> {
  return Object.fromEntries(
    Object.entries(metrics).filter(
      (entry): entry is [string, number] => typeof entry[1] === 'number',
    ),
  );
}

async function targetOnly(
  context: RunContext,
  spec: TrainingSpec,
  own: T5Hyperparameters,
  { main, further }: Course,
  folder: string,
): Promise<Metrics> {
  const { replay: _, ...rest } = own;
  const alone: T5Hyperparameters = { ...rest, adversarial: 0 };
  const base = await loadT5Base(folder);
  const { config, tokenizer } = base;
  const lesson = { tasks: lessonOf(tokenizer, [main, ...further]), replay: [] };
  const weights = await trainT5(context, {
    ...{ base, own: alone, seed: spec.seed, held: [], name: 'target-only' },
    batches: lessonBatches(lesson, config, alone, spec.seed),
  });
  const task = createTextTask(tokenizer, main.options);
  return withWeights(config, weights, context.threads, async (decoder) => {
    const { validation, test } = main.sides;
    const fitted = await fitAnswers(decoder, task, validation, own, own.targetPrecision);
    return judgeRows(decoder, task, test, own, fitted);
  });
}

/** Asked by the name that it knows the task by; nothing is calibrated on the target's labels. */
async function sourceOnly(
  { base, threads }: TrainingSpec,
  own: T5Hyperparameters,
  { main }: Course,
): Promise<Metrics> {
  const { manifest, tokenizer, decoder, close } = await openVersion(base, threads);
  try {
    const task = createTextTask(tokenizer, { ...main.options, name: manifest.task.name });
    return await judgeRows(decoder, task, main.sides.test, own, { threshold: { least: null } });
  } finally {
    await close();
  }
}
