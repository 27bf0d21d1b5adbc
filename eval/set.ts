import type { BaselineTask } from '../src/ml/baselines/baseline.ts';
import type { TrainingRow } from '../src/ml/run/spec.ts';

/** Rows of a set by what they are for; the test rows decide nothing but the published figure. */
export interface EvalRows {
  readonly train: readonly TrainingRow[];
  readonly validation: readonly TrainingRow[];
  readonly test: readonly TrainingRow[];
  /** Learnt from only when the choice is made, beside train and validation. */
  readonly between?: readonly TrainingRow[];
}

export interface EvalData {
  readonly task: BaselineTask;
  /** One draw of rows, or several whose figures are averaged. */
  readonly draws: readonly EvalRows[];
  /** More text of the same domain, without labels. */
  readonly unlabelled?: readonly string[];
  /** Rows of a related task with the same labels. */
  readonly intermediate?: readonly TrainingRow[];
  /** Another set, run before, whose trained encoder this one starts from. */
  readonly startsFrom?: string;
  /** The name under which this set's trained encoder is kept for others. */
  readonly keepAs?: string;
}

/** One line of issue 5's table. */
export interface EvalSet {
  readonly name: string;
  readonly title: string;
  readonly metric: 'accuracy' | 'rocAuc' | 'spearman';
  readonly bar: number;
  /** How the rows were divided, for the page. */
  readonly split: string;
  open(dataFolder: string): EvalData;
}
