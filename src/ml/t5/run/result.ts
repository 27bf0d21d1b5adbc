import type { Metrics, RunResult } from '../../run/messages.ts';
import type { TrainingSpec } from '../../run/spec.ts';
import { sizesOf } from '../../split/split.ts';
import { judgeActive } from './active.ts';
import { baselinesOf } from './baselines.ts';
import type { Course } from './course.ts';
import type { LinearModels } from './linear.ts';
import { worthOf, yardstickOf } from './scores.ts';

/** A run's result, with the baselines on the same rows and who did best. */
export async function resultOf(
  { active, task, threads }: TrainingSpec,
  { main, hash }: Course,
  linear: LinearModels | undefined,
  hyperparameters: RunResult['hyperparameters'],
  metrics: Metrics,
): Promise<RunResult> {
  const { sides, options } = main;
  const standing = active && (await judgeActive(active, task.labels, sides.test, threads));
  const baselines = { ...baselinesOf(main, linear), ...(standing && { active: standing }) };
  const decidedBy = yardstickOf(task.labels, options.several);
  const worth = (own: Metrics) => worthOf(own, decidedBy);
  const [rival] = Object.entries(baselines).toSorted(([, a], [, b]) => worth(b) - worth(a));
  return {
    ...{ metrics, baselines, decidedBy, dataHash: hash, hyperparameters },
    winner: rival && worth(rival[1]) >= worth(metrics) ? rival[0] : 'model',
    rows: sizesOf(sides),
  };
}
