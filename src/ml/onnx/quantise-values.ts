/** A matrix in eight bits: `values[r][c]` times the scale of its row or column. */
export interface QuantisedMatrix {
  /** Row-major, from -127 to 127. */
  readonly values: Int8Array;
  readonly scales: Float32Array;
}

const LARGEST = 127;

/**
 * Symmetric rounding with one scale a row: the largest of a row becomes 127, and no value is off by
 * more than half a scale (Jacob et al. 2018, with a zero point of 0).
 * @param data (rows, columns), row-major
 */
export function quantiseRows(data: Float32Array, rows: number, columns: number): QuantisedMatrix {
  const values = new Int8Array(rows * columns);
  const scales = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    const at = row * columns;
    const scale = largest(data, at, columns) / LARGEST;
    // A row of zeros, or one so small that its scale underflows, stays zero with any scale.
    scales[row] = scale || 1;
    const stored = scales[row] as number;
    for (let i = at; i < at + columns; i++) values[i] = rounded((data[i] as number) / stored);
  }
  return { values, scales };
}

/** The same with one scale a column. */
export function quantiseColumns(
  data: Float32Array,
  rows: number,
  columns: number,
): QuantisedMatrix {
  const { values, scales } = quantiseRows(transposed(data, rows, columns), columns, rows);
  return { values: transposed(values, columns, rows), scales };
}

/** (rows, columns) to (columns, rows). */
export function transposed<T extends Float32Array | Int8Array>(
  data: T,
  rows: number,
  columns: number,
): T {
  const turned = data.slice() as T;
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      turned[column * rows + row] = data[row * columns + column] as number;
  return turned;
}

function largest(data: Float32Array, from: number, count: number): number {
  let size = 0;
  for (let i = from; i < from + count; i++) size = Math.max(size, Math.abs(data[i] as number));
  return size;
}

function rounded(value: number): number {
  return Math.max(-LARGEST, Math.min(LARGEST, Math.round(value)));
}
