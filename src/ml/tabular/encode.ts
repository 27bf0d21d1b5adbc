import {
  categoryOf,
  type FeatureRow,
  FIRST_KNOWN,
  featuresOf,
  MISSING,
  type NumberEncoding,
  numberOf,
  type TabularEncoding,
  UNKNOWN,
} from './encoding.ts';

/** Rows as a fusion model takes them. */
export interface EncodedRows {
  /** (N, 2 x number columns): standardised values, then 1 where the value is missing. */
  readonly numbers: Float32Array;
  readonly numberWidth: number;
  /** (N, category columns): indices into each column's embedding table. */
  readonly categories: Int32Array;
  /** Rows of each category column's embedding table. */
  readonly tableSizes: readonly number[];
}

/** So far from the training rows, a value says no more than "very large". */
const FARTHEST = 10;

/** @throws MlError naming row and column of a value that is NaN, infinite or of another kind. */
export function encodeRows(encoding: TabularEncoding, rows: readonly FeatureRow[]): EncodedRows {
  const count = (kind: string) => encoding.columns.filter((own) => own.kind === kind).length;
  const width = count('number');
  const tables = count('category');
  const numbers = new Float32Array(rows.length * 2 * width);
  const categories = new Int32Array(rows.length * tables);
  const lookups = encoding.columns.map((own) =>
    own.kind === 'category' ? lookupOf(own.vocabulary) : null,
  );
  for (const [i, row] of rows.entries()) {
    const values = featuresOf(row, encoding.columns.length);
    let [n, c] = [i * 2 * width, i * tables];
    for (const [j, column] of encoding.columns.entries()) {
      const value = values[j] ?? null;
      if (column.kind === 'number') {
        const number = numberOf(value, row, column.name);
        numbers[n] = number === null ? 0 : standardise(column, number);
        numbers[n + width] = number === null ? 1 : 0;
        n += 1;
      } else {
        const text = categoryOf(value, row, column.name);
        categories[c] = text === null ? MISSING : (lookups[j]?.get(text) ?? UNKNOWN);
        c += 1;
      }
    }
  }
  return { numbers, numberWidth: 2 * width, categories, tableSizes: tableSizesOf(encoding) };
}

/** Rows of the embedding table of each category column, in the columns' order. */
export function tableSizesOf(encoding: TabularEncoding): number[] {
  return encoding.columns.flatMap((own) =>
    own.kind === 'category' ? own.vocabulary.length + FIRST_KNOWN : [],
  );
}

/** In training deviations from the training mean, at most 10 either way. */
export function standardise(column: NumberEncoding, value: number): number {
  const shaped = column.log ? Math.log1p(Math.max(0, value)) : value;
  const scaled = (shaped - column.mean) / column.deviation;
  return Math.min(FARTHEST, Math.max(-FARTHEST, scaled));
}

function lookupOf(vocabulary: readonly string[]): Map<string, number> {
  return new Map(vocabulary.map((value, i) => [value, i + FIRST_KNOWN]));
}
