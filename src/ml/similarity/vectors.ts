import { MlError } from '../errors.ts';

/**
 * The vector at length 1, in float32; one of zeros stays so.
 * @throws MlError DIVERGED for a value that is no finite number.
 */
export function normalise(vector: Float32Array): Float32Array {
  const length = Math.sqrt(dot(vector, 0, vector, 0, vector.length));
  if (!Number.isFinite(length))
    throw new MlError('DIVERGED', 'The embedding model gave a vector that is not finite.');
  return length === 0 ? vector : vector.map((value) => value / length);
}

/** The dot product of two pieces of `size` numbers, in float64 and in the order of the numbers. */
export function dot(
  a: Float32Array,
  fromA: number,
  b: Float32Array,
  fromB: number,
  size: number,
): number {
  let sum = 0;
  for (let i = 0; i < size; i += 1) sum += (a[fromA + i] as number) * (b[fromB + i] as number);
  return sum;
}
