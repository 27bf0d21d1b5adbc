import { applyLink, type Link, logSumExp } from '../baselines/link.ts';
import { requireSameLength } from '../metrics/check.ts';

/** Rows (N, C) that one model scores: logits, up to a constant by row under softmax. */
export type Logits = readonly ArrayLike<number>[];

type ScaledLink = Exclude<Link, 'identity'>;

/** Where rows can be told apart without fault, ever larger scales fit ever better: enough is enough. */
const LARGEST = 50;

interface Step {
  readonly loss: number;
  readonly gradient: number[];
  readonly hessian: number[][];
}

/**
 * The non-negative weights (M) of M models' logits whose weighted sum has the least log loss on
 * the rows: Newton's method on a convex function; a model whose weight would be negative is left
 * out (0). `truth` (N, C) is 1 where a label is right.
 */
export function fitScales(
  link: ScaledLink,
  models: readonly Logits[],
  truth: readonly ArrayLike<number>[],
): number[] {
  for (const logits of models) requireSameLength('Weights of models', logits.length, truth.length);
  let used = models.map((_, m) => m);
  for (;;) {
    const part = newton(
      link,
      used.map((m) => models[m] as Logits),
      truth,
    );
    const worst = part.indexOf(Math.min(...part));
    if ((part[worst] ?? 0) >= 0 || used.length === 1)
      return models.map((_, m) => Math.max(0, part[used.indexOf(m)] ?? 0));
    used = used.filter((_, i) => i !== worst);
  }
}

function newton(
  link: ScaledLink,
  models: readonly Logits[],
  truth: readonly ArrayLike<number>[],
): number[] {
  let weights = models.map(() => 1 / models.length);
  let here = stepAt(link, models, truth, weights);
  for (let i = 0; i < 50; i += 1) {
    const move = solve(here.hessian, here.gradient);
    const gain = move.reduce((sum, d, m) => sum + d * (here.gradient[m] as number), 0);
    if (gain < 1e-10 * (1 + here.loss)) break;
    for (let size = 1; size > 1e-6; size /= 2) {
      const next = weights.map((w, m) => w - size * (move[m] as number));
      const there = stepAt(link, models, truth, next);
      if (there.loss > here.loss) continue;
      [weights, here] = [next, there];
      break;
    }
    if (weights.some((w) => Math.abs(w) > LARGEST)) break;
  }
  return weights.map((w) => Math.min(LARGEST, w));
}

/** Loss, gradient and Hessian in the weights, summed over rows. */
function stepAt(
  link: ScaledLink,
  models: readonly Logits[],
  truth: readonly ArrayLike<number>[],
  weights: readonly number[],
): Step {
  const gradient = weights.map(() => 0);
  const hessian = weights.map(() => weights.map(() => 0));
  let loss = 0;
  for (const [i, right] of truth.entries()) {
    const rows = models.map((logits) => logits[i] as ArrayLike<number>);
    const scores = Array.from(right, (_, c) =>
      rows.reduce((sum, row, m) => sum + (weights[m] as number) * (row[c] as number), 0),
    );
    const p = applyLink(link, scores);
    loss += lossOf(link, scores, right);
    addRow(link, rows, p, right, gradient, hessian);
  }
  return { loss, gradient, hessian };
}

function addRow(
  link: ScaledLink,
  rows: readonly ArrayLike<number>[],
  p: readonly number[],
  right: ArrayLike<number>,
  gradient: number[],
  hessian: number[][],
): void {
  // Under softmax the curvature is the covariance of the logits under p; else classes are apart.
  const means = rows.map((row) =>
    link === 'softmax' ? p.reduce((sum, own, c) => sum + own * (row[c] as number), 0) : 0,
  );
  for (const [m, row] of rows.entries()) {
    const curvatures = hessian[m] as number[];
    for (const [c, own] of p.entries()) {
      const logit = row[c] as number;
      gradient[m] = (gradient[m] as number) + (own - (right[c] as number)) * logit;
      const spread = link === 'softmax' ? own : own * (1 - own);
      for (const [k, other] of rows.entries())
        curvatures[k] =
          (curvatures[k] as number) +
          spread * (logit - (means[m] as number)) * ((other[c] as number) - (means[k] as number));
    }
  }
}

function lossOf(link: ScaledLink, scores: readonly number[], right: ArrayLike<number>): number {
  const normaliser = link === 'softmax' ? logSumExp(scores) : 0;
  return scores.reduce((total, score, c) => {
    const own = right[c] as number;
    return link === 'softmax'
      ? total + own * (normaliser - score)
      : total + Math.max(score, 0) + Math.log1p(Math.exp(-Math.abs(score))) - own * score;
  }, 0);
}

/** Solves a small positive semi-definite system; a little ridge keeps equal models solvable. */
function solve(matrix: readonly (readonly number[])[], vector: readonly number[]): number[] {
  const size = vector.length;
  const ridge = 1e-9 * (1 + matrix.reduce((sum, row, i) => sum + (row[i] as number), 0));
  const rows = matrix.map((row, i) => [
    ...row.map((value, j) => (i === j ? value + ridge : value)),
    vector[i] as number,
  ]);
  for (let pivot = 0; pivot < size; pivot += 1)
    for (let i = 0; i < size; i += 1) {
      const [own, by] = [rows[i] as number[], rows[pivot] as number[]];
      if (i === pivot) continue;
      const factor = (own[pivot] as number) / (by[pivot] as number);
      for (let j = pivot; j <= size; j += 1)
        own[j] = (own[j] as number) - factor * (by[j] as number);
    }
  return rows.map((row, i) => (row[size] as number) / (row[i] as number));
}
