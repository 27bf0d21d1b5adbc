import { MlError } from '../errors.ts';
import { meanOf } from '../moments.ts';
import type { Fold } from '../split/folds.ts';

export interface CrossValidated {
  readonly scores: readonly number[];
  readonly mean: number;
  /** Of the scores, with n - 1; 0 for one fold. */
  readonly deviation: number;
}

/** Trains on each fold in turn and gathers the scores that `train` gives for its validation rows. */
export async function crossValidate(
  folds: readonly Fold[],
  train: (fold: Fold, index: number) => Promise<number>,
): Promise<CrossValidated> {
  if (folds.length === 0) throw new MlError('BAD_INPUT', 'Cross-validation needs a fold.');
  const scores: number[] = [];
  for (const [i, fold] of folds.entries()) scores.push(await train(fold, i));
  const mean = meanOf(scores);
  const squares = scores.reduce((sum, score) => sum + (score - mean) ** 2, 0);
  return { scores, mean, deviation: Math.sqrt(squares / Math.max(1, scores.length - 1)) };
}
