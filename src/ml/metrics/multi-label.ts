import { meanOrNull } from '../moments.ts';
import { averagePrecision } from './average-precision.ts';
import { requireSameLength } from './check.ts';
import { type FScore, fScore, macroF1 } from './f-scores.ts';
import { type Probabilities, requireProbabilities } from './probability.ts';
import { rocAuc } from './roc-auc.ts';

/** Which labels each row has: (N, C). */
export type LabelSets = readonly ArrayLike<boolean>[];

/** Scores of independent labels; a label is predicted from `threshold` up. */
export function multiLabelScores(
  probabilities: Probabilities,
  truth: LabelSets,
  labels: readonly string[],
  threshold = 0.5,
): Record<string, unknown> {
  requireSameLength('Multi-label metrics', probabilities.length, truth.length);
  requireProbabilities(probabilities, labels.length);
  const each = labels.map((_, c) => oneLabel(probabilities, truth, c, threshold));
  const total = (key: 'hits' | 'predicted' | 'support') =>
    each.reduce((sum, own) => sum + own[key], 0);
  const scores = each.map((own) => fScore(own.hits, own.predicted, own.support));
  return {
    perClass: Object.fromEntries(
      labels.map((label, c) => [label, { ...scores[c], rocAuc: each[c]?.auc ?? null }]),
    ),
    microF1: fScore(total('hits'), total('predicted'), total('support')).f1,
    macroF1: macroF1(scores as FScore[]),
    // Labels that every row or no row has carry no order to judge.
    rocAuc: meanOrNull(each.flatMap(({ auc }) => auc ?? [])),
    prAuc: meanOrNull(each.flatMap(({ precision }) => precision ?? [])),
    exactMatch: exactShare(probabilities, truth, threshold),
    threshold,
  };
}

function oneLabel(probabilities: Probabilities, truth: LabelSets, c: number, threshold: number) {
  const scores = probabilities.map((row) => row[c] as number);
  const positive = truth.map((row) => row[c] === true);
  const predicted = scores.map((score) => score >= threshold);
  return {
    hits: predicted.filter((yes, i) => yes && positive[i]).length,
    predicted: predicted.filter(Boolean).length,
    support: positive.filter(Boolean).length,
    auc: rocAuc(scores, positive),
    precision: averagePrecision(scores, positive),
  };
}

function exactShare(probabilities: Probabilities, truth: LabelSets, threshold: number): number {
  const exact = probabilities.filter((row, i) =>
    Array.from(row).every((p, c) => p >= threshold === (truth[i]?.[c] === true)),
  );
  return exact.length / truth.length;
}
