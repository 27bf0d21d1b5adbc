import type { ConfusionMatrix } from './confusion.ts';

/** Each is 0 where it has no value (nothing predicted, nothing there). */
export interface FScore {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** True rows of the class. */
  readonly support: number;
}

/** Counts of right hits, of what was predicted, and of what is there. */
export function fScore(hits: number, predicted: number, support: number): FScore {
  return {
    precision: predicted === 0 ? 0 : hits / predicted,
    recall: support === 0 ? 0 : hits / support,
    f1: predicted + support === 0 ? 0 : (2 * hits) / (predicted + support),
    support,
  };
}

/** One a class, by rows and columns of the matrix. */
export function fScoresOf(matrix: ConfusionMatrix): FScore[] {
  return matrix.map((row, c) =>
    fScore(row[c] ?? 0, sum(matrix.map((other) => other[c] ?? 0)), sum(row)),
  );
}

/** The plain mean over classes that occur; a class without true rows has no recall to average. */
export function macroF1(scores: readonly FScore[]): number {
  const occurring = scores.filter((score) => score.support > 0);
  return occurring.length === 0 ? 0 : sum(occurring.map((score) => score.f1)) / occurring.length;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
