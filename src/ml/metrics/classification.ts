import { meanOrNull } from '../moments.ts';
import { averagePrecision } from './average-precision.ts';
import { requireSameLength } from './check.ts';
import { confusionMatrix } from './confusion.ts';
import { fScoresOf, macroF1 } from './f-scores.ts';
import {
  argmax,
  brierScore,
  calibrationError,
  logLoss,
  type Probabilities,
  requireProbabilities,
} from './probability.ts';
import { liftAt } from './ranking.ts';
import { rocAuc } from './roc-auc.ts';

/**
 * The report of a single-label task: `probabilities` (N, C), `truth` (N) as class indices. With two
 * labels the second is the positive one; with more, ROC-AUC is the mean of one against the rest
 * over the classes that occur, and PR-AUC and lift are left out.
 */
export function classificationScores(
  probabilities: Probabilities,
  truth: ArrayLike<number>,
  labels: readonly string[],
): Record<string, unknown> {
  requireSameLength('Metrics', probabilities.length, truth.length);
  requireProbabilities(probabilities, labels.length);
  const predicted = probabilities.map(argmax);
  const matrix = confusionMatrix(predicted, truth, labels.length);
  const scores = fScoresOf(matrix);
  const accuracy = predicted.filter((c, i) => c === truth[i]).length / truth.length;
  return {
    rows: truth.length,
    accuracy,
    macroF1: macroF1(scores),
    // Each row has one label and gets one, so micro-averaged precision, recall and F1 are accuracy.
    microF1: accuracy,
    perClass: Object.fromEntries(labels.map((label, c) => [label, scores[c]])),
    confusion: { labels, counts: matrix },
    logLoss: logLoss(probabilities, truth),
    brier: brierScore(probabilities, truth),
    ece: calibrationError(probabilities, truth),
    ...(labels.length === 2 ? binary(probabilities, truth) : oneAgainstRest(probabilities, truth)),
  };
}

function binary(probabilities: Probabilities, truth: ArrayLike<number>) {
  const scores = probabilities.map((row) => row[1] as number);
  const positive = Array.from(truth, (c) => c === 1);
  return {
    rocAuc: rocAuc(scores, positive),
    prAuc: averagePrecision(scores, positive),
    lift10: liftAt(scores, positive, 0.1),
  };
}

function oneAgainstRest(probabilities: Probabilities, truth: ArrayLike<number>) {
  const classes = probabilities[0]?.length ?? 0;
  const areas = Array.from({ length: classes }, (_, c) =>
    rocAuc(
      probabilities.map((row) => row[c] as number),
      Array.from(truth, (t) => t === c),
    ),
  ).filter((area) => area !== null);
  return { rocAuc: meanOrNull(areas) };
}
