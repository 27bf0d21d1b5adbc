/** Rows of a matrix that is mostly zeros: the columns and values of row r are at starts[r]... */
export interface Sparse {
  readonly starts: Int32Array;
  readonly columns: Int32Array;
  readonly values: Float32Array;
}

/** matrix (rows x contexts) times dense (contexts x width). */
export function multiply(
  { starts, columns, values }: Sparse,
  rows: number,
  dense: Float32Array,
  width: number,
): Float32Array {
  const product = new Float32Array(rows * width);
  for (let r = 0; r < rows; r += 1)
    for (let i = starts[r] as number; i < (starts[r + 1] as number); i += 1)
      addScaled(
        product,
        r * width,
        dense,
        (columns[i] as number) * width,
        values[i] as number,
        width,
      );
  return product;
}

/** The transpose of matrix times dense (rows x width): (contexts x width). */
export function multiplyTransposed(
  { starts, columns, values }: Sparse,
  rows: number,
  contexts: number,
  dense: Float32Array,
  width: number,
): Float32Array {
  const product = new Float32Array(contexts * width);
  for (let r = 0; r < rows; r += 1)
    for (let i = starts[r] as number; i < (starts[r + 1] as number); i += 1)
      addScaled(
        product,
        (columns[i] as number) * width,
        dense,
        r * width,
        values[i] as number,
        width,
      );
  return product;
}

function addScaled(
  target: Float32Array,
  at: number,
  source: Float32Array,
  from: number,
  factor: number,
  width: number,
): void {
  for (let k = 0; k < width; k += 1)
    target[at + k] = (target[at + k] as number) + factor * (source[from + k] as number);
}
