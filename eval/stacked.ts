import { labelsOf } from '../src/ml/baselines/targets.ts';
import { applyStack, crossedStack, fitStack } from '../src/ml/calibration/stack.ts';
import { ranksOf } from '../src/ml/metrics/ranks.ts';
import type { Predicted } from './candidates.ts';
import type { EvalData, EvalRows } from './set.ts';

/**
 * All candidates together: the weights of their logits are fitted on validation rows, and applied
 * to the test predictions of the models that have learnt the validation rows too. Values are mixed
 * by the mean of their ranks, as only the order is judged.
 */
export function stacked(
  { task }: EvalData,
  { validation }: EvalRows,
  parts: readonly Predicted[],
): Predicted {
  const held = parts.map((own) => own.validation);
  const tested = parts.map((own) => own.test);
  if (task.kind === 'REGRESS') return { validation: meanRank(held), test: meanRank(tested) };
  const truth = validation.map((row) => {
    const own = labelsOf(task, row);
    return task.labels.map((_, c) => (own.includes(c) ? 1 : 0));
  });
  return {
    validation: crossedStack(task.kind, held, truth),
    test: applyStack(task.kind, fitStack(task.kind, held, truth), tested),
  };
}

function meanRank(parts: readonly (readonly number[][])[]): number[][] {
  const ranks = parts.map((own) => ranksOf(own.map(([value = 0]) => value)));
  const [first = []] = parts;
  return first.map((_, i) => [ranks.reduce((sum, own) => sum + (own[i] ?? 0), 0) / parts.length]);
}
