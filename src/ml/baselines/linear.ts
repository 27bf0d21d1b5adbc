import { MlError } from '../errors.ts';
import { permutation, seededRandom } from '../random.ts';
import { applyLink, differencesOf, type Link, smoothness } from './link.ts';
import { rowCount, type SparseRows, squaredLength } from './sparse.ts';

/** scores = X W + b. */
export interface LinearModel {
  readonly link: Link;
  /** (columns, outputs), row-major. */
  readonly weights: Float32Array;
  /** (outputs) */
  readonly bias: Float32Array;
}

export interface LinearOptions {
  readonly link: Link;
  readonly outputs: number;
  /** Strength of the L2 penalty on weights and bias, against the sum of the rows' losses. */
  readonly l2: number;
  /** (N) how much each row counts; 1 when absent. */
  readonly rowWeights?: ArrayLike<number>;
  readonly epochs?: number;
  /** Fitting ends when the rows' residuals are, on average, this close to consistent. */
  readonly tolerance?: number;
  readonly seed?: number;
}

/** What changes while fitting, in float64. */
interface State {
  readonly weights: Float64Array;
  readonly bias: Float64Array;
  /** (N, outputs) the dual variables: at the optimum, each row's target - prediction. */
  readonly dual: Float64Array;
}

/**
 * Multinomial logistic (softmax), binary or one-vs-rest logistic (sigmoid) and ridge (identity)
 * regression by stochastic dual coordinate ascent (Shalev-Shwartz & Zhang 2013, section 5, the
 * step for smooth losses): no step size to choose, a few passes suffice for text. Deterministic by
 * seed. `targets` is (N, outputs); the bias is penalised as the weights are.
 */
export function fitLinear(
  rows: SparseRows,
  targets: Float32Array,
  options: LinearOptions,
): LinearModel {
  const { link, outputs, epochs = 200, tolerance = 1e-3, seed = 1 } = options;
  if (targets.length !== rowCount(rows) * outputs)
    throw new MlError(
      'SHAPE_MISMATCH',
      `There are ${targets.length} targets for ${rowCount(rows)} rows x ${outputs} outputs.`,
    );
  const state: State = {
    weights: new Float64Array(rows.columns * outputs),
    bias: new Float64Array(outputs),
    dual: new Float64Array(targets.length),
  };
  const random = seededRandom(seed).next;
  for (let epoch = 0; epoch < epochs; epoch += 1) {
    let residual = 0;
    for (const row of permutation(rowCount(rows), random))
      residual += visit(rows, row, targets, state, options);
    if (residual <= tolerance * rowCount(rows)) break;
  }
  return { link, weights: Float32Array.from(state.weights), bias: Float32Array.from(state.bias) };
}

/** Predictions (N, outputs): probabilities, or values for the identity. */
export function predictLinear(model: LinearModel, rows: SparseRows): number[][] {
  const scores = new Float64Array(model.bias.length);
  return Array.from({ length: rowCount(rows) }, (_, row) => {
    scoreRow(rows, row, model, scores);
    return applyLink(model.link, scores);
  });
}

/** Moves one row's dual variables towards its residuals; returns how far they were apart. */
function visit(
  rows: SparseRows,
  row: number,
  targets: Float32Array,
  state: State,
  { link, outputs, l2, rowWeights }: LinearOptions,
): number {
  const weight = rowWeights?.[row] ?? 1;
  const offset = row * outputs;
  const change = new Float64Array(outputs);
  scoreRow(rows, row, state, change);
  differencesOf(link, change, targets.subarray(offset, offset + outputs));
  // 1 for the bias, which is a column of ones.
  const curvature = smoothness[link] * weight * (squaredLength(rows, row) + 1);
  const step = 1 / (1 + curvature / l2);
  let apart = 0;
  for (let k = 0; k < outputs; k += 1) {
    const gap = weight * (change[k] as number) - (state.dual[offset + k] as number);
    apart += Math.abs(gap);
    state.dual[offset + k] = (state.dual[offset + k] as number) + step * gap;
    change[k] = (step * gap) / l2;
    state.bias[k] = (state.bias[k] as number) + (change[k] as number);
  }
  addRow(rows, row, change, state.weights);
  return apart;
}

/** scores = x W + b for one row. */
function scoreRow(
  rows: SparseRows,
  row: number,
  { weights, bias }: { weights: ArrayLike<number>; bias: ArrayLike<number> },
  scores: Float64Array,
): void {
  const outputs = scores.length;
  scores.set(bias);
  const end = rows.starts[row + 1] as number;
  for (let j = rows.starts[row] as number; j < end; j += 1) {
    const value = rows.values[j] as number;
    const base = (rows.indices[j] as number) * outputs;
    for (let k = 0; k < outputs; k += 1)
      scores[k] = (scores[k] as number) + value * (weights[base + k] as number);
  }
}

/** weights += x^T change for one row. */
function addRow(rows: SparseRows, row: number, change: Float64Array, weights: Float64Array): void {
  const outputs = change.length;
  const end = rows.starts[row + 1] as number;
  for (let j = rows.starts[row] as number; j < end; j += 1) {
    const value = rows.values[j] as number;
    const base = (rows.indices[j] as number) * outputs;
    for (let k = 0; k < outputs; k += 1)
      weights[base + k] = (weights[base + k] as number) + value * (change[k] as number);
  }
}
