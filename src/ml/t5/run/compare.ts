import type { Metrics } from '../../run/messages.ts';
import type { TrainingSpec } from '../../run/spec.ts';
import type { Weights } from '../../weights/weights.ts';
import type { T5Base } from './base.ts';
import type { Course } from './course.ts';
import { withWeights } from './decoding.ts';
import type { T5Hyperparameters } from './hyperparameters.ts';
import { askRows, measureAnswers } from './judge.ts';
import { judgeTask } from './judge-task.ts';
import { openVersion } from './open-version.ts';
import { worthOf, yardstickOf } from './scores.ts';
import { createTextTask } from './text-task.ts';

/** What a comparison is about, beside the source version. */
interface Compared {
  readonly base: T5Base;
  /** What learnt the same rows without the source (`learnAlone`). */
  readonly alone: Weights;
  /** Of the run's own version, without a baseline in a stack. */
  readonly metrics: Metrics;
}

/**
 * What the transfer was worth, all on the same test rows: `targetOnly` learnt the same rows from the
 * base that the source came from; `sourceOnly` is the source version as it is, kept to the answers
 * of the target's task, having seen none of its labels; `transfer` is the run's own version.
 */
export async function compareTransfer(
  spec: TrainingSpec,
  own: T5Hyperparameters,
  course: Course,
  { base, alone, metrics }: Compared,
): Promise<Metrics> {
  const { labels, several } = course.main.options;
  const decidedBy = yardstickOf(labels, several);
  const figures = {
    targetOnly: figuresOf(await targetOnly(spec, own, course, { base, alone })),
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

function targetOnly(
  { threads }: TrainingSpec,
  own: T5Hyperparameters,
  { main }: Course,
  { base: { config, tokenizer }, alone }: Pick<Compared, 'base' | 'alone'>,
): Promise<Metrics> {
  return withWeights(config, alone, threads, async (decoder) => {
    const { metrics } = await judgeTask(decoder, tokenizer, main, own);
    return metrics;
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
    const asked = await askRows(decoder, task, main.sides.test, own);
    return measureAnswers(asked, { threshold: { least: null } });
  } finally {
    await close();
  }
}
