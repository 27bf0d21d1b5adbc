import { rocAuc } from '../../src/ml/metrics/roc-auc.ts';
import type { TaskRows, TransferPair } from './pair.ts';

/** Scores (N, labels) of each task's rows, in the tasks' order: any that rise with probability. */
export type TaskScores = readonly (readonly (readonly number[])[])[];

export interface Judgement {
  /** The pair's metric, the mean over its tasks. */
  readonly score: number;
  readonly accuracy: number;
  /** Of the second label, where all tasks have two. */
  readonly rocAuc?: number;
  readonly byTask: readonly number[];
}

/** How good predictions of rows with known labels are. */
export function judgeScores(
  { tasks, metric }: Pick<TransferPair, 'tasks' | 'metric'>,
  rows: TaskRows,
  scores: TaskScores,
): Judgement {
  const truths = rows.map((own, t) =>
    own.map(({ label }) => (tasks[t]?.labels ?? []).indexOf(String(label))),
  );
  const accuracies = truths.map((truth, t) => accuracyOf(scores[t] ?? [], truth));
  const areas = tasks.every(({ labels }) => labels.length === 2)
    ? truths.map((truth, t) => areaOf(scores[t] ?? [], truth))
    : undefined;
  const byTask = metric === 'rocAuc' ? (areas ?? []) : accuracies;
  return {
    score: meanOf(byTask),
    accuracy: meanOf(accuracies),
    ...(areas && { rocAuc: meanOf(areas) }),
    byTask,
  };
}

/** What one of several models says, and how much that counts. */
export interface MixedPart {
  readonly scores: TaskScores;
  readonly weight: number;
}

/** Log-probabilities of several models, by their weights, as scores of their mixture. */
export function mixed(parts: readonly MixedPart[]): TaskScores {
  const [first] = parts;
  return (first?.scores ?? []).map((rows, t) =>
    rows.map((row, i) => {
      const own = parts.map(({ scores, weight }) => ({
        scores: normalised(scores[t]?.[i] ?? []),
        weight,
      }));
      return row.map((_, label) =>
        own.reduce((sum, { scores, weight }) => sum + weight * (scores[label] ?? 0), 0),
      );
    }),
  );
}

/** Logarithms of probabilities that add up to 1. */
function normalised(scores: readonly number[]): number[] {
  const top = Math.max(...scores);
  const total = Math.log(scores.reduce((sum, score) => sum + Math.exp(score - top), 0)) + top;
  return scores.map((score) => score - total);
}

function accuracyOf(scores: readonly (readonly number[])[], truth: readonly number[]): number {
  const right = truth.filter((label, i) => {
    const own = scores[i] ?? [];
    return own.indexOf(Math.max(...own)) === label;
  });
  return right.length / truth.length;
}

function areaOf(scores: readonly (readonly number[])[], truth: readonly number[]): number {
  const margins = scores.map(([first = 0, second = 0]) => second - first);
  return (
    rocAuc(
      margins,
      truth.map((label) => label === 1),
    ) ?? Number.NaN
  );
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
