/**
 * Rows of few non-zero values, in compressed form: row i holds `values[starts[i] .. starts[i + 1])`
 * at columns `indices` of the same places.
 */
export interface SparseRows {
  readonly columns: number;
  readonly starts: Int32Array;
  readonly indices: Int32Array;
  readonly values: Float32Array;
}

/** Packs rows of (column, value) pairs. */
export function packRows(
  rows: readonly { readonly indices: ArrayLike<number>; readonly values: ArrayLike<number> }[],
  columns: number,
): SparseRows {
  const starts = new Int32Array(rows.length + 1);
  for (const [i, row] of rows.entries()) starts[i + 1] = (starts[i] as number) + row.indices.length;
  const size = starts[rows.length] as number;
  const packed = { columns, starts, indices: new Int32Array(size), values: new Float32Array(size) };
  for (const [i, row] of rows.entries()) {
    packed.indices.set(row.indices, starts[i]);
    packed.values.set(row.values, starts[i]);
  }
  return packed;
}

/** Dense rows in the same form. */
export function packDense(rows: readonly ArrayLike<number>[], columns: number): SparseRows {
  const indices = Int32Array.from({ length: columns }, (_, i) => i);
  return packRows(
    rows.map((values) => ({ indices, values })),
    columns,
  );
}

export function rowCount(matrix: SparseRows): number {
  return matrix.starts.length - 1;
}

export function squaredLength(matrix: SparseRows, row: number): number {
  let total = 0;
  const end = matrix.starts[row + 1] as number;
  for (let j = matrix.starts[row] as number; j < end; j += 1)
    total += (matrix.values[j] as number) ** 2;
  return total;
}
