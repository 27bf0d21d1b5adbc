import type { FeatureColumn, TrainingRow } from '../run/spec.ts';

/** What a baseline learns: the kinds of task that have one. */
export interface BaselineTask {
  readonly kind: 'CLASSIFY' | 'MULTI_LABEL' | 'REGRESS';
  /** Empty for a regression. */
  readonly labels: readonly string[];
  /** The columns of the rows' features; empty for a text model. */
  readonly features: readonly FeatureColumn[];
}

/** What a baseline reads of a row. */
export type BaselineInput = Pick<TrainingRow, 'id' | 'text' | 'features'>;

export interface FitOptions {
  /** Rows that choose the penalty's strength; without them it is `penalty`, or a usual one. */
  readonly validation?: readonly TrainingRow[];
  /** Strength of the L2 penalty of linear models. */
  readonly penalty?: number;
  readonly seed?: number;
}

/**
 * A simple model that a trained one has to beat. Predictions are (N, labels): probabilities by
 * label in the task's order, each independent for MULTI_LABEL; (N, 1) values for REGRESS.
 */
export interface FittedBaseline {
  readonly name: BaselineName;
  /** The penalty of a linear model: to train it again on more rows. */
  readonly penalty?: number;
  predict(rows: readonly BaselineInput[]): number[][];
  /** What moved one row's prediction most, where the model can say so exactly. */
  explain?(row: BaselineInput, label: number, top: number): Contribution[];
  /**
   * The same by the words of the row's text, all of them: what a term adds is divided among the words
   * that it is a part of, so that the sum stays.
   */
  explainWords?(row: BaselineInput, label: number): Contribution[];
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
