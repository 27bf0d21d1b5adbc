import { MlError } from '../errors.ts';

/** @throws MlError unless both have the same number of rows, and at least one. */
export function requireSameLength(what: string, predicted: number, truth: number): void {
  if (predicted !== truth)
    throw new MlError(
      'SHAPE_MISMATCH',
      `${what}: there are ${predicted} predictions for ${truth} true values; give one each.`,
    );
  if (truth === 0)
    throw new MlError('BAD_INPUT', `${what}: there is no row to measure; give at least one.`);
}

/** @throws MlError naming the first value that is not a finite number. */
export function requireFinite(what: string, values: ArrayLike<number>): void {
  for (let i = 0; i < values.length; i += 1)
    if (!Number.isFinite(values[i]))
      throw new MlError('BAD_INPUT', `${what}: row ${i} is ${values[i]}, not a finite number.`);
}
