import { type Moments, meanOf, momentsOf } from '../moments.ts';
import {
  type CategoryEncoding,
  categoryOf,
  type FeatureColumn,
  type FeatureRow,
  featuresOf,
  type NumberEncoding,
  numberOf,
  type TabularEncoding,
} from './encoding.ts';

/** Values beyond are left to the unknown's index: their tables would be trained by few rows each. */
const LARGEST_VOCABULARY = 1000;
/** Tails heavier than this are tried with a logarithm. */
const SKEWED = 1;

/**
 * Learns the encoding of a feature service from training rows alone: means and deviations, which
 * numbers have a tail heavy enough for ln(1 + x), and the vocabularies of categories.
 */
export function fitEncoding(
  columns: readonly FeatureColumn[],
  rows: readonly FeatureRow[],
): TabularEncoding {
  return {
    columns: columns.map(({ kind, name }, i) => {
      const values = rows.map((row) => ({
        row,
        value: featuresOf(row, columns.length)[i] ?? null,
      }));
      return kind === 'number'
        ? fitNumber(
            name,
            values.flatMap(({ row, value }) => numberOf(value, row, name) ?? []),
          )
        : fitCategory(
            name,
            values.flatMap(({ row, value }) => categoryOf(value, row, name) ?? []),
          );
    }),
  };
}

function fitNumber(name: string, values: readonly number[]): NumberEncoding {
  const plain = shapeOf(values);
  const logged = values.every((value) => value >= 0) ? shapeOf(values.map(Math.log1p)) : plain;
  const log = plain.skewness > SKEWED && Math.abs(logged.skewness) < plain.skewness;
  const { mean, deviation } = log ? logged : plain;
  // A constant column becomes 0 everywhere.
  return { kind: 'number', name, log, mean, deviation: deviation || 1 };
}

function fitCategory(name: string, values: readonly string[]): CategoryEncoding {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  const known = [...counts]
    // A value seen once is left out, so that the unknown's index is trained by such rows.
    .filter(([, count]) => count > 1)
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    .slice(0, LARGEST_VOCABULARY);
  return { kind: 'category', name, vocabulary: known.map(([value]) => value) };
}

function shapeOf(values: readonly number[]): Moments & { readonly skewness: number } {
  const { mean, deviation } = momentsOf(values);
  const skewness =
    deviation === 0 ? 0 : meanOf(values.map((value) => ((value - mean) / deviation) ** 3));
  return { mean, deviation, skewness };
}
