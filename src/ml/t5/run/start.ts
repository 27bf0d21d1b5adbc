import type { TrainingSpec } from '../../run/spec.ts';
import { between } from '../../weights/between.ts';
import { loadT5Base, type T5Base } from './base.ts';
import type { T5Hyperparameters } from './hyperparameters.ts';

/**
 * The model that a run starts from: its base, or, where the spec says what that was trained from,
 * something between the two.
 * @throws MlError when either cannot be read, or the two are not of one shape
 */
export async function startOf(
  spec: Pick<TrainingSpec, 'base' | 'root'>,
  { sourceShare }: Pick<T5Hyperparameters, 'sourceShare'>,
): Promise<T5Base> {
  const base = await loadT5Base(spec.base);
  if (spec.root === undefined || sourceShare === 1) return base;
  const root = await loadT5Base(spec.root);
  return { ...base, weights: between(root.weights, base.weights, sourceShare) };
}
