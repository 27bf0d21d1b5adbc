import { z } from 'zod';
import { MlError } from '../errors.ts';
import type { FeatureColumn, TrainingRow } from '../run/spec.ts';

const numberEncoding = z.object({
  kind: z.literal('number'),
  name: z.string(),
  /** Values go through ln(1 + x) first. */
  log: z.boolean(),
  /** Of the training rows, after the logarithm. */
  mean: z.number(),
  deviation: z.number().positive(),
});

const categoryEncoding = z.object({
  kind: z.literal('category'),
  name: z.string(),
  /** Index 0 is an unknown value, 1 a missing one, 2 on these. */
  vocabulary: z.array(z.string()),
});

/** How a feature service's vector becomes numbers: learnt on training rows, kept in `cameo.json`. */
export const tabularEncoding = z.object({
  columns: z.array(z.discriminatedUnion('kind', [numberEncoding, categoryEncoding])),
});
export type TabularEncoding = z.infer<typeof tabularEncoding>;
export type NumberEncoding = z.infer<typeof numberEncoding>;
export type CategoryEncoding = z.infer<typeof categoryEncoding>;

export type FeatureValue = NonNullable<TrainingRow['features']>[number];
export type FeatureRow = Pick<TrainingRow, 'id' | 'features'>;

export const UNKNOWN = 0;
export const MISSING = 1;
export const FIRST_KNOWN = 2;

/** @throws MlError when a row has another number of values than there are columns. */
export function featuresOf(row: FeatureRow, columns: number): readonly FeatureValue[] {
  if (row.features?.length === columns) return row.features;
  throw new MlError(
    'SHAPE_MISMATCH',
    `Row ${row.id} has ${row.features?.length ?? 0} features, the feature service has ${columns}.`,
  );
}

/** null for a missing value. @throws MlError naming row and column of what is not a finite number. */
export function numberOf(value: FeatureValue, row: FeatureRow, column: string): number | null {
  if (value === null) return null;
  const number = typeof value === 'boolean' ? Number(value) : value;
  if (typeof number === 'number' && Number.isFinite(number)) return number;
  throw new MlError(
    'BAD_INPUT',
    `Row ${row.id}, feature "${column}": ${JSON.stringify(value) ?? value} (${String(value)}) is not a finite number; send null for a missing value.`,
  );
}

/** null for a missing value; numbers and booleans by their text. */
export function categoryOf(value: FeatureValue, row: FeatureRow, column: string): string | null {
  if (value === null || value === '') return null;
  if (typeof value === 'number') return String(numberOf(value, row, column));
  return String(value);
}

export type { FeatureColumn };
