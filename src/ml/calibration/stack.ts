import { z } from 'zod';
import { applyLink } from '../baselines/link.ts';
import type { Probabilities } from '../metrics/probability.ts';
import { fitScales } from './scales.ts';

/** How much each model's logits count in their sum, in the models' order. */
export const stack = z.object({ weights: z.array(z.number().nonnegative()) });
export type Stack = z.infer<typeof stack>;

/** How models' probabilities are mixed: of one label a row, or of independent labels. */
export type StackKind = 'CLASSIFY' | 'MULTI_LABEL';

const FLOOR = 1e-9;

/**
 * Stacks models (Wolpert 1992): the non-negative weights of their logits with the least log loss
 * on validation rows that none of them was trained on. The weights' sum also sets the temperature.
 * `models` (M, N, C) are probabilities; `truth` (N, C) is 1 where a label is right.
 */
export function fitStack(
  kind: StackKind,
  models: readonly Probabilities[],
  truth: readonly ArrayLike<number>[],
): Stack {
  const logits = models.map((own) => logitsOf(kind, own));
  return { weights: fitScales(linkOf(kind), logits, truth) };
}

/** The stacked probabilities (N, C). */
export function applyStack(
  kind: StackKind,
  { weights }: Stack,
  models: readonly Probabilities[],
): number[][] {
  const logits = models.map((own) => logitsOf(kind, own));
  const [first = []] = logits;
  return first.map((row, i) =>
    applyLink(
      linkOf(kind),
      row.map((_, c) =>
        logits.reduce((sum, own, m) => sum + (weights[m] ?? 0) * (own[i]?.[c] ?? 0), 0),
      ),
    ),
  );
}

/** Parts of the rows that each are mixed by weights fitted on the others. */
const PARTS = 5;

/**
 * The stacked probabilities (N, C) of rows that the weights are fitted on, each fifth of them by
 * weights fitted on the others: the stack is judged on rows that it has not seen, as its models are.
 */
export function crossedStack(
  kind: StackKind,
  models: readonly Probabilities[],
  truth: readonly ArrayLike<number>[],
): number[][] {
  const mixed: number[][] = [];
  for (let part = 0; part < Math.min(PARTS, truth.length); part += 1) {
    const others = <T>(rows: readonly T[]) => rows.filter((_, i) => i % PARTS !== part);
    const own = <T>(rows: readonly T[]) => rows.filter((_, i) => i % PARTS === part);
    const fitted = fitStack(kind, models.map(others), others(truth));
    for (const [i, row] of applyStack(kind, fitted, models.map(own)).entries())
      mixed[i * PARTS + part] = row;
  }
  return mixed;
}

const linkOf = (kind: StackKind) => (kind === 'CLASSIFY' ? 'softmax' : 'sigmoid');

function logitsOf(kind: StackKind, probabilities: Probabilities): number[][] {
  return probabilities.map((row) =>
    Array.from(row, (p) => {
      const own = Math.min(1 - FLOOR, Math.max(FLOOR, p));
      return kind === 'CLASSIFY' ? Math.log(own) : Math.log(own / (1 - own));
    }),
  );
}
