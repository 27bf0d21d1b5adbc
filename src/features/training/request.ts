import type { Deps } from '../../context.ts';
import type { TrainingRow, taskKinds } from '../../ml/run/spec.ts';
import type { Locale } from '../../ml/text/customer/words.ts';
import type { FeatureStore } from '../store/store.ts';

/** What rows are drawn with: the ground and the feature store. */
export interface RowsDeps extends Deps {
  readonly store: FeatureStore;
  /** Of the model that will read the texts; an estimate that is never too low where it is absent. */
  readonly countTokens?: (text: string) => number;
}

export interface RowsTask {
  readonly kind: (typeof taskKinds)[number];
  /** The task that labels were imported for; PRETRAIN and EMBED have none. */
  readonly labels?: string;
  /** GENERATE: a row has a list of labels, one or more at once. */
  readonly several?: boolean;
}

export interface RowsRequest {
  readonly domain: { readonly id: number; readonly key: string };
  readonly task: RowsTask;
  /** EVENTS: what customers wrote. CUSTOMER: the template of docs/customer-text.md. */
  readonly text: 'EVENTS' | 'CUSTOMER' | 'NONE';
  /** The feature service whose values `features` holds, in the order of `featureColumns`. */
  readonly service?: string;
  /** Nothing later than this is used; now when absent. */
  readonly at?: Date;
  /** The label set: other labels are bad. Any label is good when absent; GENERATE: any text. */
  readonly labels?: readonly string[];
  /** What customers are told about in (`text: CUSTOMER`); each in their own language when absent. */
  readonly language?: Locale;
  /** Only one customer in so many, always the same ones. */
  readonly oneIn?: number;
}

/** Why a label gave no row. */
export type BadLabelReason = 'WRONG_TYPE' | 'NOT_IN_SET' | 'BAD_SPAN' | 'NO_TEXT' | 'NEEDS_EVENT';

export interface BadLabels {
  readonly reason: BadLabelReason;
  readonly count: number;
  /** The first few, personal data masked: the label's customer and what it says. */
  readonly examples: readonly { readonly customerId: number; readonly value: string }[];
}

/** What became of the labels; final once the rows have been read to their end. */
export interface RowsReport {
  readonly rows: number;
  /** Texts that were longer than a row may hold. */
  readonly cut: number;
  readonly bad: readonly BadLabels[];
}

/** Rows to read once, with what was left out. */
export interface TrainingRows extends AsyncIterable<TrainingRow> {
  report(): RowsReport;
}

/** What a model is asked about one customer now. */
export interface PredictionRow extends Omit<TrainingRow, 'label'> {
  readonly customerId: number;
  /** SHA-256 of text and features: the same for an unchanged customer, however often it is read. */
  readonly inputHash: string;
  /** SHA-256 of the text; null without one. */
  readonly textHash: string | null;
}

export interface LabelCount {
  readonly value: string;
  readonly count: number;
}

/** The distinct labels of a task, the commonest first. */
export interface LabelSet {
  readonly values: readonly LabelCount[];
  /** Things labelled: fewer than the counts' sum where a thing has several labels. */
  readonly labelled: number;
  /** Labels that the kind of task cannot use. */
  readonly bad: number;
}
