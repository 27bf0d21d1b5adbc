import { z } from 'zod';
import { meanOf, momentsOf } from '../moments.ts';

/** How a value becomes the number that a model learns; kept in `cameo.json`. */
export const targetScale = z.object({
  /** Values go through ln(1 + x) first: amounts have heavy tails. */
  log: z.boolean(),
  mean: z.number(),
  deviation: z.number().positive(),
});
export type TargetScale = z.infer<typeof targetScale>;

/** The scale of training values; by their logarithm where they are amounts with a heavy tail. */
export function fitScale(values: readonly number[]): TargetScale {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted[Math.floor(values.length / 2)] ?? 0;
  const mean = meanOf(values);
  const log = (sorted[0] ?? -1) >= 0 && mean > 2 * middle;
  const shaped = log ? values.map((value) => Math.log1p(value)) : values;
  const { mean: centre, deviation } = momentsOf(shaped);
  return { log, mean: centre, deviation: deviation || 1 };
}

export function toScale({ log, mean, deviation }: TargetScale, value: number): number {
  return ((log ? Math.log1p(Math.max(0, value)) : value) - mean) / deviation;
}

/** The value in its own unit. */
export function fromScale({ log, mean, deviation }: TargetScale, output: number): number {
  const value = output * deviation + mean;
  return log ? Math.max(0, Math.expm1(value)) : value;
}
