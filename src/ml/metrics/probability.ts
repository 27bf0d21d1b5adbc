import { MlError } from '../errors.ts';
import { requireSameLength } from './check.ts';

/** Probabilities (N, C) by row. */
export type Probabilities = readonly ArrayLike<number>[];

/** What a probability of 0 counts as, so that one sure mistake does not make a loss infinite. */
const FLOOR = 1e-15;

/** The most likely class of a row; the first of equals. */
export function argmax(row: ArrayLike<number>): number {
  let best = 0;
  for (let c = 1; c < row.length; c += 1) if ((row[c] as number) > (row[best] as number)) best = c;
  return best;
}

/** @throws MlError when rows differ in length from `classes`, or hold something not in [0, 1]. */
export function requireProbabilities(probabilities: Probabilities, classes: number): void {
  for (const [i, row] of probabilities.entries()) {
    if (row.length !== classes)
      throw new MlError(
        'SHAPE_MISMATCH',
        `Row ${i} has ${row.length} probabilities, the task has ${classes} labels.`,
      );
    for (let c = 0; c < classes; c += 1)
      if (!((row[c] as number) >= 0 && (row[c] as number) <= 1 + 1e-6))
        throw new MlError('BAD_INPUT', `Row ${i}, class ${c}: ${row[c]} is not a probability.`);
  }
}

/** Mean of -ln p(true class), in nats. */
export function logLoss(probabilities: Probabilities, truth: ArrayLike<number>): number {
  requireSameLength('Log loss', probabilities.length, truth.length);
  let total = 0;
  for (const [i, row] of probabilities.entries())
    total -= Math.log(Math.max(FLOOR, row[truth[i] as number] as number));
  return total / truth.length;
}

/**
 * Brier score (Brier 1950): the mean over rows of the squared distance between the probabilities
 * and the truth; 0 is perfect, 2 the worst (for two classes, twice the one-sided form).
 */
export function brierScore(probabilities: Probabilities, truth: ArrayLike<number>): number {
  requireSameLength('Brier score', probabilities.length, truth.length);
  let total = 0;
  for (const [i, row] of probabilities.entries())
    for (let c = 0; c < row.length; c += 1)
      total += ((row[c] as number) - (c === truth[i] ? 1 : 0)) ** 2;
  return total / truth.length;
}

/**
 * Expected calibration error (Naeini et al. 2015; Guo et al. 2017, eq. 3): rows in bins of equal
 * width by confidence (the largest probability), |accuracy - confidence| weighted by bin size.
 */
export function calibrationError(
  probabilities: Probabilities,
  truth: ArrayLike<number>,
  bins = 15,
): number {
  requireSameLength('Calibration error', probabilities.length, truth.length);
  const gap = new Float64Array(bins);
  for (const [i, row] of probabilities.entries()) {
    const predicted = argmax(row);
    const confidence = row[predicted] as number;
    // A bin is open below and closed above, so that a confidence of 1 falls into the last.
    const bin = Math.min(bins - 1, Math.max(0, Math.ceil(confidence * bins) - 1));
    gap[bin] = (gap[bin] as number) + (predicted === truth[i] ? 1 : 0) - confidence;
  }
  return gap.reduce((total, value) => total + Math.abs(value), 0) / truth.length;
}
