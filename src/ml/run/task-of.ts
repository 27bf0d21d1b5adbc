import { MlError } from '../errors.ts';
import { balancedWeights, classifyTask } from '../tasks/classify.ts';
import { embedTask } from '../tasks/embed.ts';
import { multiLabelTask } from '../tasks/multi-label.ts';
import { regressTask } from '../tasks/regress.ts';
import { sequenceTask } from '../tasks/sequence.ts';
import { fitScale, type TargetScale } from '../tasks/target-scale.ts';
import type { Task } from '../tasks/task.ts';
import type { Hyperparameters } from './hyperparameters.ts';
import type { TrainingSpec } from './spec.ts';

/** A task whose targets are known to fit it: they come from `truthsOf` for the same kind. */
// biome-ignore lint/suspicious/noExplicitAny: each kind has targets of its own.
export type AnyTask = Task<any>;

export interface BuiltTask {
  readonly task: AnyTask;
  /** Of REGRESS. */
  readonly scale?: TargetScale;
}

type Kind = Pick<TrainingSpec['task'], 'kind' | 'labels'>;

/**
 * The task of a kind, fitted to the training rows.
 * @param truths of the training rows, as `truthsOf` gives them
 * @param known a scale that was fitted before
 */
export function taskOf(
  { kind, labels }: Kind,
  width: number,
  hyperparameters: Hyperparameters,
  truths: readonly unknown[],
  known?: TargetScale,
): BuiltTask {
  const smoothing = hyperparameters.labelSmoothing;
  switch (kind) {
    case 'CLASSIFY': {
      const weights = classWeightsOf(hyperparameters, truths, labels.length);
      const options = { classes: labels.length, width, smoothing };
      return { task: classifyTask({ ...options, ...(weights && { classWeights: weights }) }) };
    }
    case 'MULTI_LABEL':
      return { task: multiLabelTask({ labels: labels.length, width, smoothing }) };
    case 'REGRESS': {
      const scale = known ?? fitScale(truths.filter((truth) => typeof truth === 'number'));
      const delta = hyperparameters.huberDelta || Number.POSITIVE_INFINITY;
      return { task: regressTask({ width, scale, delta }), scale };
    }
    case 'SEQUENCE':
      return { task: sequenceTask({ tags: labels.length, width, smoothing }) };
    case 'EMBED':
      return { task: embedTask(hyperparameters) };
    default:
      throw new MlError('BAD_INPUT', `An encoder has no head for the task ${kind}.`);
  }
}

function classWeightsOf(
  { classWeights }: Hyperparameters,
  truths: readonly unknown[],
  classes: number,
): readonly number[] | undefined {
  if (classWeights === 'none') return undefined;
  if (classWeights === 'balanced')
    return balancedWeights(
      truths.filter((truth) => typeof truth === 'number'),
      classes,
    );
  if (classWeights.length === classes) return classWeights;
  throw new MlError(
    'BAD_INPUT',
    `"classWeights" has ${classWeights.length} weights for ${classes} classes.`,
  );
}
