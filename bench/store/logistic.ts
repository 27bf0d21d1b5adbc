/** Fits weights (the last is the bias) by Newton's method with an L2 penalty; rows are standardised. */
export function fitLogistic(
  rows: readonly (readonly number[])[],
  labels: readonly number[],
  penalty: number,
): number[] {
  const size = (rows[0]?.length ?? 0) + 1;
  let weights = new Array<number>(size).fill(0);
  for (let step = 0; step < 25; step += 1) {
    const gradient = weights.map((weight, i) => (i < size - 1 ? penalty * weight : 0));
    const hessian = weights.map((_, i) => weights.map((__, j) => (i === j ? penalty : 0)));
    for (const [n, row] of rows.entries()) {
      const x = [...row, 1];
      const p = predict(weights, row);
      for (let i = 0; i < size; i += 1) {
        gradient[i] = (gradient[i] ?? 0) + (p - (labels[n] ?? 0)) * (x[i] ?? 0);
        const line = hessian[i] ?? [];
        for (let j = 0; j < size; j += 1)
          line[j] = (line[j] ?? 0) + p * (1 - p) * (x[i] ?? 0) * (x[j] ?? 0);
      }
    }
    const move = solve(hessian, gradient);
    weights = weights.map((weight, i) => weight - (move[i] ?? 0));
  }
  return weights;
}

export function predict(weights: readonly number[], row: readonly number[]): number {
  const sum = row.reduce((total, x, i) => total + x * (weights[i] ?? 0), weights.at(-1) ?? 0);
  return 1 / (1 + Math.exp(-sum));
}

/** Gaussian elimination with pivots. */
function solve(matrix: number[][], vector: readonly number[]): number[] {
  const rows = matrix.map((row, i) => [...row, vector[i] ?? 0]);
  const size = rows.length;
  for (let column = 0; column < size; column += 1) {
    const best = rows
      .slice(column)
      .reduce(
        (top, row, i) =>
          Math.abs(row[column] ?? 0) > Math.abs(rows[top]?.[column] ?? 0) ? column + i : top,
        column,
      );
    [rows[column], rows[best]] = [rows[best] as number[], rows[column] as number[]];
    const pivot = rows[column] as number[];
    for (const [i, row] of rows.entries()) {
      if (i === column) continue;
      const factor = (row[column] ?? 0) / (pivot[column] ?? 1);
      for (let j = column; j <= size; j += 1) row[j] = (row[j] ?? 0) - factor * (pivot[j] ?? 0);
    }
  }
  return rows.map((row, i) => (row[size] ?? 0) / (row[i] ?? 1));
}

/** Area under the ROC curve: the chance that a positive scores above a negative, ties a half. */
export function auc(scores: readonly number[], labels: readonly number[]): number {
  const order = scores.map((_, i) => i).sort((a, b) => (scores[a] ?? 0) - (scores[b] ?? 0));
  let ranks = 0;
  let positives = 0;
  for (let start = 0; start < order.length; ) {
    let end = start;
    while (end < order.length && scores[order[end] ?? 0] === scores[order[start] ?? 0]) end += 1;
    for (const i of order.slice(start, end)) {
      if (labels[i] !== 1) continue;
      ranks += (start + end + 1) / 2;
      positives += 1;
    }
    start = end;
  }
  return (ranks - (positives * (positives + 1)) / 2) / (positives * (scores.length - positives));
}
