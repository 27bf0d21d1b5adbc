/** Gram-Schmidt on the columns of (rows x columns), in place; twice, as once is not exact enough. */
export function orthonormalise(matrix: Float32Array, rows: number, columns: number): void {
  for (let c = 0; c < columns; c += 1) {
    for (let pass = 0; pass < 2; pass += 1)
      for (let other = 0; other < c; other += 1)
        subtract(matrix, rows, columns, c, other, dot(matrix, rows, columns, c, other));
    const length = Math.sqrt(dot(matrix, rows, columns, c, c)) || 1;
    for (let r = 0; r < rows; r += 1)
      matrix[r * columns + c] = (matrix[r * columns + c] as number) / length;
  }
}

/** The product of two columns of a matrix. */
export function dot(m: Float32Array, rows: number, columns: number, a: number, b: number): number {
  let sum = 0;
  for (let r = 0; r < rows; r += 1)
    sum += (m[r * columns + a] as number) * (m[r * columns + b] as number);
  return sum;
}

function subtract(
  m: Float32Array,
  rows: number,
  columns: number,
  from: number,
  other: number,
  factor: number,
): void {
  for (let r = 0; r < rows; r += 1)
    m[r * columns + from] =
      (m[r * columns + from] as number) - factor * (m[r * columns + other] as number);
}
