import { MlError } from '../../errors.ts';
import type { RunContext } from '../../run/context.ts';
import type { TrainingSpec } from '../../run/spec.ts';
import type { Weights } from '../../weights/weights.ts';
import { loadT5Base } from './base.ts';
import type { Course } from './course.ts';
import type { T5Hyperparameters } from './hyperparameters.ts';
import { lessonBatches } from './lesson.ts';
import { lessonOf } from './task-rows.ts';
import { trainT5 } from './train.ts';

/**
 * Where the other model of a run starts; undefined where nothing asks for one.
 * @throws MlError BAD_INPUT when the spec names no root
 */
export function rootFor(
  { root }: Pick<TrainingSpec, 'root'>,
  { compare, ensemble }: Pick<T5Hyperparameters, 'compare' | 'ensemble'>,
): string | undefined {
  if (!compare && !ensemble) return undefined;
  if (root === undefined)
    throw new MlError('BAD_INPUT', '"compare" and "ensemble" need the root of a source version.');
  return root;
}

/**
 * What learns a run's rows from the root of its source, without anything of the source: the other model
 * that a transfer is compared with, or answers together with.
 */
export async function learnAlone(
  context: RunContext,
  root: string,
  seed: number,
  own: T5Hyperparameters,
  { main, further }: Course,
): Promise<Weights> {
  const { replay: _, ...rest } = own;
  const alone: T5Hyperparameters = { ...rest, adversarial: 0 };
  const base = await loadT5Base(root);
  const lesson = { tasks: lessonOf(base.tokenizer, [main, ...further]), replay: [] };
  return trainT5(context, {
    ...{ base, own: alone, seed, held: [], name: 'target-only' },
    batches: lessonBatches(lesson, base.config, alone, seed),
  });
}
