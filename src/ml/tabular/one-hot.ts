import { encodeRows } from './encode.ts';
import { type FeatureRow, FIRST_KNOWN, type TabularEncoding } from './encoding.ts';

/** A column of the one-hot form, and the feature it comes from. */
export interface OneHotColumn {
  readonly feature: string;
  /** The category value, or `missing` / `unknown`; absent for the number itself. */
  readonly value?: string;
}

/** The columns of `oneHotRows`, in order: numbers, their missing flags, then every category value. */
export function oneHotColumns(encoding: TabularEncoding): OneHotColumn[] {
  const numbers = encoding.columns.filter((own) => own.kind === 'number');
  return [
    ...numbers.map(({ name }) => ({ feature: name })),
    ...numbers.map(({ name }) => ({ feature: name, value: 'missing' })),
    ...encoding.columns.flatMap((own) =>
      own.kind === 'category'
        ? ['unknown', 'missing', ...own.vocabulary].map((value) => ({ feature: own.name, value }))
        : [],
    ),
  ];
}

/** (N, columns) sparse rows for linear models: only what is not zero. */
export function oneHotRows(
  encoding: TabularEncoding,
  rows: readonly FeatureRow[],
): { indices: number[]; values: number[] }[] {
  const { numbers, numberWidth, categories, tableSizes } = encodeRows(encoding, rows);
  return rows.map((_, i) => {
    const indices: number[] = [];
    const values: number[] = [];
    for (let n = 0; n < numberWidth; n += 1) {
      const value = numbers[i * numberWidth + n] as number;
      if (value === 0) continue;
      indices.push(n);
      values.push(value);
    }
    let base = numberWidth;
    for (const [c, size] of tableSizes.entries()) {
      indices.push(base + (categories[i * tableSizes.length + c] as number));
      values.push(1);
      base += size;
    }
    return { indices, values };
  });
}

/** How many columns the one-hot form has. */
export function oneHotWidth(encoding: TabularEncoding): number {
  return encoding.columns.reduce(
    (sum, own) => sum + (own.kind === 'number' ? 2 : own.vocabulary.length + FIRST_KNOWN),
    0,
  );
}
