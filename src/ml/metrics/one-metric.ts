import { evaluate, type Judged, pick } from './evaluate.ts';
import { fScore, macroF1 } from './f-scores.ts';
import { argmax } from './probability.ts';
import { rocAuc } from './roc-auc.ts';

/**
 * One metric of some of the rows, without the rest of `evaluate`'s report: for those who ask
 * hundreds of times. NaN where it has no value.
 */
export function oneMetric(judged: Judged, metric: string, rows: readonly number[]): number {
  const own = pick(judged, rows);
  if (own.kind === 'CLASSIFY' && metric === 'accuracy')
    return (
      own.truth.filter((c, i) => c === argmax(own.probabilities[i] ?? [])).length / rows.length
    );
  if (own.kind === 'CLASSIFY' && metric === 'rocAuc' && own.labels.length === 2)
    return numberOf(
      rocAuc(
        own.probabilities.map((row) => row[1] as number),
        own.truth.map((c) => c === 1),
      ),
    );
  if (own.kind === 'MULTI_LABEL' && metric === 'macroF1') return labelsF1(own);
  return numberOf(evaluate(own)[metric]);
}

const numberOf = (value: unknown): number => (typeof value === 'number' ? value : Number.NaN);

/** A label is predicted from a half up, as in `multiLabelScores`. */
function labelsF1({ labels, probabilities, truth }: Judged & { kind: 'MULTI_LABEL' }): number {
  return macroF1(
    labels.map((_, c) => {
      const predicted = probabilities.map((row) => (row[c] as number) >= 0.5);
      const hits = predicted.filter((yes, i) => yes && truth[i]?.[c]).length;
      const support = truth.filter((row) => row[c]).length;
      return fScore(hits, predicted.filter(Boolean).length, support);
    }),
  );
}
