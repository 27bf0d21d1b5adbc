import { evaluate, type Judged, type Slicings } from '../metrics/evaluate.ts';
import type { TargetScale } from '../tasks/target-scale.ts';
import type { Dataset } from './dataset.ts';
import type { Metrics } from './messages.ts';
import type { Predictions } from './predict.ts';
import { recallAtOne } from './recall.ts';
import type { TrainingRow, TrainingSpec } from './spec.ts';

type Kind = Pick<TrainingSpec['task'], 'kind' | 'labels'>;

/** The metric that decides between models of a task, and whether more of it is better. */
export interface Yardstick {
  readonly metric: string;
  readonly sign: 1 | -1;
}

/**
 * Two classes are told apart by how they rank rows, since their threshold is the user's; amounts
 * with a heavy tail by rank too, as one large customer would decide the error alone.
 */
export function yardstickOf({ kind, labels }: Kind, scale?: TargetScale): Yardstick {
  switch (kind) {
    case 'CLASSIFY':
      return { metric: labels.length === 2 ? 'rocAuc' : 'accuracy', sign: 1 };
    case 'MULTI_LABEL':
      return { metric: 'macroF1', sign: 1 };
    case 'REGRESS':
      return scale?.log ? { metric: 'spearman', sign: 1 } : { metric: 'rmse', sign: -1 };
    case 'SEQUENCE':
      return { metric: 'entityF1', sign: 1 };
    case 'EMBED':
      return { metric: 'recallAt1', sign: 1 };
    default:
      return { metric: 'loss', sign: -1 };
  }
}

/** What a metric is worth: more is better, and none at all the least. */
export function worthOf({ metric, sign }: Yardstick, metrics: Metrics): number {
  const value = metrics[metric];
  return typeof value === 'number' && !Number.isNaN(value)
    ? sign * value
    : Number.NEGATIVE_INFINITY;
}

/** Every metric of predictions for rows that have labels. */
export function judge(
  task: Kind,
  predictions: Predictions,
  data: Dataset,
  places: readonly number[],
): Metrics {
  if (predictions.kind === 'EMBED') {
    const topics = places.map((place) => data.truths[place] as number);
    return { rows: places.length, recallAt1: recallAtOne(predictions.vectors, topics) };
  }
  const rows = places.map((place) => data.rows[place] as TrainingRow);
  const truth = places.map((place) => data.truths[place]);
  return evaluate(judgedOf(task, predictions, truth, rows), slicingsOf(rows));
}

/** @param rows whose labels are the truth of SEQUENCE; `truth` is that of the others */
export function judgedOf(
  { labels }: Kind,
  predictions: Exclude<Predictions, { kind: 'EMBED' }>,
  truth: readonly unknown[],
  rows: readonly TrainingRow[],
): Judged {
  switch (predictions.kind) {
    case 'REGRESS':
      return { ...predictions, truth: truth as number[] };
    case 'SEQUENCE': {
      // A text that is cut has no tags for what is beyond.
      const own = rows.map(({ label }) => label as string[]);
      const tags = own.map((tags, i) => tags.map((_, unit) => predictions.tags[i]?.[unit] ?? 'O'));
      return { kind: 'SEQUENCE', tags, truth: own };
    }
    case 'MULTI_LABEL': {
      const sets = (truth as number[][]).map((own) =>
        labels.map((_, label) => own.includes(label)),
      );
      return { kind: 'MULTI_LABEL', labels, probabilities: predictions.probabilities, truth: sets };
    }
    case 'CLASSIFY':
      return {
        ...{ kind: 'CLASSIFY', labels, probabilities: predictions.probabilities },
        truth: truth as number[],
      };
  }
}

/** Texts by their script and length: where a model is weak, it often is so for one of these. */
function slicingsOf(rows: readonly TrainingRow[]): Slicings {
  if (rows.every(({ text }) => text === undefined)) return {};
  const script = ({ text = '' }: TrainingRow) => (/\p{Script=Han}/u.test(text) ? 'Han' : 'other');
  const length = ({ text = '' }: TrainingRow) =>
    text.length < 40 ? 'short' : text.length < 160 ? 'medium' : 'long';
  return { script: rows.map(script), length: rows.map(length) };
}
