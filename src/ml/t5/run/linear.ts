import type { BaselineTask, FittedBaseline } from '../../baselines/baseline.ts';
import { lossOfPredictions } from '../../baselines/choose.ts';
import { textBaseline } from '../../baselines/text-baseline.ts';
import type { TrainingRow } from '../../run/spec.ts';
import { thin } from '../../split/thin.ts';
import { sameAnswers } from './same-answers.ts';
import type { Source } from './source.ts';
import type { TaskRows } from './task-rows.ts';

/** Linear models on TF-IDF that have learnt a task's labels. */
export interface LinearModels {
  /** From the task's own rows. */
  readonly own: FittedBaseline;
  /** From those and the source's, where that answers the same. */
  readonly both?: FittedBaseline;
  /** Of these the better one on validation rows, by log loss: what answers are stacked with. */
  readonly best: FittedBaseline;
}

/** Rows of the source that are enough to learn its words. */
const SOURCE_ROWS = 1000;
/** The task's own rows are repeated until they are as many as those, at most so often. */
const MOST_REPEATS = 20;

/** Undefined for free text. */
export async function fitLinear(
  { options, sides: { train, validation } }: TaskRows,
  seed: number,
  source?: Source,
): Promise<LinearModels | undefined> {
  const { labels, several } = options;
  if (labels.length === 0) return undefined;
  const kind = several ? 'MULTI_LABEL' : 'CLASSIFY';
  const task: BaselineTask = { kind, labels, features: [] };
  const learn = (rows: readonly TrainingRow[]) =>
    textBaseline.fit(task, rows, { validation, seed });
  const own = await learn(train);
  if (!source || !sameAnswers(source.manifest, options)) return { own, best: own };
  const both = await learn(bothDomains(thin(source.sides.train, SOURCE_ROWS), train));
  const lossOf = (model: FittedBaseline) =>
    lossOfPredictions(task, model.predict(validation), validation);
  return { own, both, best: lossOf(both) < lossOf(own) ? both : own };
}

/**
 * Rows of two domains for one model, the few of the target as heavy as the many of the source
 * ("WEIGHTED" of Daumé III 2007, section 2).
 */
export function bothDomains(
  source: readonly TrainingRow[],
  target: readonly TrainingRow[],
): TrainingRow[] {
  const times = target.length === 0 ? 0 : Math.floor(source.length / target.length);
  const repeats = Math.min(Math.max(1, times), MOST_REPEATS);
  return [...source, ...Array.from({ length: repeats }, () => target).flat()];
}
