/** The mean; 0 without any value. */
export const meanOf = (values: ArrayLike<number>): number =>
  sumOf(values, (value) => value) / Math.max(1, values.length);

export const meanOrNull = (values: ArrayLike<number>): number | null =>
  values.length === 0 ? null : meanOf(values);

export interface Moments {
  readonly mean: number;
  /** Of all values (not of a sample: with n); 0 without any. */
  readonly deviation: number;
}

export function momentsOf(values: ArrayLike<number>): Moments {
  const mean = meanOf(values);
  const square = sumOf(values, (value) => (value - mean) ** 2) / Math.max(1, values.length);
  return { mean, deviation: Math.sqrt(square) };
}

function sumOf(values: ArrayLike<number>, of: (value: number) => number): number {
  let sum = 0;
  for (let i = 0; i < values.length; i += 1) sum += of(values[i] as number);
  return sum;
}
