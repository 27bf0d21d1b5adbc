/** A mean of several runs, and how far the true mean may be from it. */
export interface Interval {
  readonly mean: number;
  /** How many runs. */
  readonly runs: number;
  /** Half the width of the 95% interval; undefined of a single run. */
  readonly half?: number;
}

/** Quantiles .975 of Student's t by degrees of freedom, from 1. */
const T975 = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262];

/** The 95% interval of a mean of a few runs, by Student's t (1908). At least one value. */
export function intervalOf(values: readonly number[]): Interval {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  if (values.length < 2) return { mean, runs: 1 };
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const deviation = Math.sqrt(squares / (values.length - 1));
  const t = T975[values.length - 2] ?? 1.96;
  return { mean, runs: values.length, half: (t * deviation) / Math.sqrt(values.length) };
}
