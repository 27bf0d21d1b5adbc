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
 * What learns a run's rows from the root of its source, without anything of the source: the other model
 * that a transfer is compared with, or answers together with. Undefined where nothing asks for it.
 */
export async function learnAlone(
  context: RunContext,
  { root, seed }: Pick<TrainingSpec, 'root' | 'seed'>,
  own: T5Hyperparameters,
  { main, further }: Course,
): Promise<Weights | undefined> {
  if (root === undefined || !(own.compare || own.ensemble)) return undefined;
  const { replay: _, ...rest } = own;
  const alone: T5Hyperparameters = { ...rest, adversarial: 0 };
  const base = await loadT5Base(root);
  const lesson = { tasks: lessonOf(base.tokenizer, [main, ...further]), replay: [] };
  return trainT5(context, {
    ...{ base, own: alone, seed, held: [], name: 'target-only' },
    batches: lessonBatches(lesson, base.config, alone, seed),
  });
}
