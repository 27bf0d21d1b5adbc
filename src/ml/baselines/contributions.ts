import { meanOf } from '../moments.ts';
import type { Contribution } from './baseline.ts';
import type { LinearModel } from './linear.ts';
import type { SparseRows } from './sparse.ts';

/**
 * What each input adds to one row's score of `label`: coefficient x value, so that they and the
 * bias sum to the score exactly. Under softmax the label's coefficients are taken against the mean
 * of all labels, as only differences matter there. The `top` largest by size, largest first.
 */
export function contributionsOf(
  model: LinearModel,
  rows: SparseRows,
  row: number,
  label: number,
  nameOf: (column: number) => string,
  top: number,
): Contribution[] {
  const outputs = model.bias.length;
  const all: Contribution[] = [];
  const end = rows.starts[row + 1] as number;
  for (let j = rows.starts[row] as number; j < end; j += 1) {
    const column = rows.indices[j] as number;
    const coefficients = model.weights.subarray(column * outputs, (column + 1) * outputs);
    const contribution = (rows.values[j] as number) * coefficientOf(model, coefficients, label);
    all.push({ input: nameOf(column), contribution });
  }
  return all.sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution)).slice(0, top);
}

function coefficientOf(model: LinearModel, coefficients: Float32Array, label: number): number {
  // One sigmoid output stands for the second of two classes; the first is its opposite.
  if (model.link === 'sigmoid' && coefficients.length === 1)
    return (label === 0 ? -1 : 1) * (coefficients[0] as number);
  if (model.link !== 'softmax') return coefficients[label] as number;
  return (coefficients[label] as number) - meanOf(coefficients);
}
