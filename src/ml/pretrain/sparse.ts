/** Rows of a matrix that is mostly zeros: the columns and values of row r are at starts[r]... */
export interface Sparse {
  readonly starts: Int32Array;
  readonly columns: Int32Array;
  readonly values: Float32Array;
}

/** matrix (rows x contexts) times dense (contexts x width). */
export function multiply(matrix: Sparse, dense: Float32Array, width: number): Float32Array {
  const product = new Float32Array((matrix.starts.length - 1) * width);
  eachValue(matrix, (row, column, value) =>
    addScaled(product, row * width, dense, column * width, value, width),
  );
  return product;
}

/** The transpose of matrix (rows x contexts) times dense (rows x width): (contexts x width). */
export function multiplyTransposed(
  matrix: Sparse,
  contexts: number,
  dense: Float32Array,
  width: number,
): Float32Array {
  const product = new Float32Array(contexts * width);
  eachValue(matrix, (row, column, value) =>
    addScaled(product, column * width, dense, row * width, value, width),
  );
  return product;
}

function eachValue(
  { starts, columns, values }: Sparse,
  visit: (row: number, column: number, value: number) => void,
): void {
  for (let row = 0; row + 1 < starts.length; row += 1)
    for (let i = starts[row] as number; i < (starts[row + 1] as number); i += 1)
      visit(row, columns[i] as number, values[i] as number);
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
