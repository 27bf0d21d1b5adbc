import type { FeatureColumn, TrainingRow } from '../run/spec.ts';

/** What a baseline learns: the kinds of task that have one. */
export interface BaselineTask {
  readonly kind: 'CLASSIFY' | 'MULTI_LABEL' | 'REGRESS';
  /** Empty for a regression. */
  readonly labels: readonly string[];
  /** The columns of the rows' features; empty for a text model. */
  readonly features: readonly FeatureColumn[];
}

export interface FitOptions {
  /** Rows that choose between settings (the penalty's strength); the first setting without them. */
  readonly validation?: readonly TrainingRow[];
  readonly seed?: number;
}

/**
 * A simple model that a trained one has to beat. Predictions are (N, labels): probabilities by
 * label in the task's order, each independent for MULTI_LABEL; (N, 1) values for REGRESS.
 */
export interface FittedBaseline {
  readonly name: BaselineName;
  predict(rows: readonly TrainingRow[]): number[][];
  /** What moved one row's prediction most, where the model can say so exactly. */
  explain?(row: TrainingRow, label: number, top: number): Contribution[];
  /** JSON that `loadBaseline` reads. */
  save(): string;
  /** Frees memory outside JavaScript's heap; the model cannot be used afterwards. */
  dispose(): void;
}

export type BaselineName = 'tfidf-linear' | 'linear' | 'boosted-trees';

/** A part of a prediction's score (before softmax or sigmoid): coefficient x value. */
export interface Contribution {
  readonly input: string;
  readonly contribution: number;
}

export interface Baseline {
  readonly name: BaselineName;
  /** @throws MlError when rows cannot be learnt from. */
  fit(
    task: BaselineTask,
    rows: readonly TrainingRow[],
    options?: FitOptions,
  ): Promise<FittedBaseline>;
}
