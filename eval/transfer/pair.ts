import type { TrainingRow } from '../../src/ml/run/spec.ts';
import type { Language } from '../../src/ml/t5/data/prefix.ts';

/** Rows of each of a pair's tasks, in the tasks' order. */
export type TaskRows = readonly (readonly TrainingRow[])[];

/** A task that both domains have, asked with the same words and answered with the same labels. */
export interface PairTask {
  readonly name: string;
  readonly labels: readonly string[];
}

export interface PairData {
  readonly source: { readonly train: TaskRows; readonly test: TaskRows };
  /** Shots are drawn from the pool; recipes are chosen on validation; test rows decide nothing. */
  readonly target: {
    readonly pool: TaskRows;
    readonly validation: TaskRows;
    readonly test: TaskRows;
  };
  /** Texts of the target's pool, without labels. */
  readonly unlabelled: readonly string[];
}

/** A bar of issue 6: what transfer with so many labels a class has to reach. */
export interface Bar {
  readonly shots: number;
  readonly least: number;
}

/** A source domain with many labels and a target domain with few. */
export interface TransferPair {
  readonly name: string;
  readonly title: string;
  readonly source: string;
  readonly target: string;
  readonly metric: 'accuracy' | 'rocAuc';
  readonly language: Language;
  readonly tasks: readonly PairTask[];
  /** Tokens of a text of each domain, at most. */
  readonly lengths: { readonly source: number; readonly target: number };
  /** How the rows were divided, for the page. */
  readonly split: string;
  /** Figures of simple methods on like rows, as the issue gives them. */
  readonly toBeat?: readonly { readonly what: string; readonly figure: number }[];
  readonly bar?: Bar;
  open(dataFolder: string): PairData;
}
