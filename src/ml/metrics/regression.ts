import { meanOf } from '../moments.ts';
import { requireFinite, requireSameLength } from './check.ts';
import { ranksOf } from './ranks.ts';

/** Root of the mean squared error, in the target's unit. */
export function rmse(predicted: ArrayLike<number>, truth: ArrayLike<number>): number {
  return Math.sqrt(meanLoss('RMSE', predicted, truth, (error) => error * error));
}

/** Mean absolute error, in the target's unit. */
export function mae(predicted: ArrayLike<number>, truth: ArrayLike<number>): number {
  return meanLoss('MAE', predicted, truth, Math.abs);
}

/** Share of the target's variance that is explained; null for a constant target. */
export function rSquared(predicted: ArrayLike<number>, truth: ArrayLike<number>): number | null {
  const spread = meanLoss(
    'R2',
    new Float64Array(truth.length).fill(meanOf(truth)),
    truth,
    (e) => e * e,
  );
  return spread === 0 ? null : 1 - meanLoss('R2', predicted, truth, (e) => e * e) / spread;
}

/** Spearman's rank correlation: Pearson's of the ranks, ties averaged. Null for a constant side. */
export function spearman(predicted: ArrayLike<number>, truth: ArrayLike<number>): number | null {
  requireSameLength('Spearman', predicted.length, truth.length);
  requireFinite('Spearman', predicted);
  return pearson(ranksOf(predicted), ranksOf(truth));
}

function pearson(a: Float64Array, b: Float64Array): number | null {
  // The mean of ranks is (N + 1) / 2, ties or not.
  const mean = (a.length + 1) / 2;
  let [product, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i += 1) {
    const [x, y] = [(a[i] as number) - mean, (b[i] as number) - mean];
    product += x * y;
    aa += x * x;
    bb += y * y;
  }
  return aa === 0 || bb === 0 ? null : product / Math.sqrt(aa * bb);
}

function meanLoss(
  what: string,
  predicted: ArrayLike<number>,
  truth: ArrayLike<number>,
  loss: (error: number) => number,
): number {
  requireSameLength(what, predicted.length, truth.length);
  requireFinite(what, predicted);
  let total = 0;
  for (let i = 0; i < truth.length; i += 1)
    total += loss((predicted[i] as number) - (truth[i] as number));
  return total / truth.length;
}
