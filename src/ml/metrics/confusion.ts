import { MlError } from '../errors.ts';
import { requireSameLength } from './check.ts';

/** Counts (C, C): row = true class, column = predicted class. */
export type ConfusionMatrix = readonly (readonly number[])[];

/** @throws MlError when a class index is outside `0 .. classes - 1`. */
export function confusionMatrix(
  predicted: ArrayLike<number>,
  truth: ArrayLike<number>,
  classes: number,
): ConfusionMatrix {
  requireSameLength('Confusion matrix', predicted.length, truth.length);
  const counts = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (let i = 0; i < truth.length; i += 1) {
    const row = counts[truth[i] as number];
    const column = predicted[i] as number;
    if (!row || row[column] === undefined)
      throw new MlError(
        'BAD_INPUT',
        `Row ${i} has class ${truth[i]} and was given ${column}; classes are 0 to ${classes - 1}.`,
      );
    row[column] += 1;
  }
  return counts;
}
