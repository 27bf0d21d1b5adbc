import type { TrainingRow } from '../../ml/run/spec.ts';
import type { Json } from '../segments/rule/types.ts';

/** What a model is shown. */
export type PredictorRow = Omit<TrainingRow, 'label'>;

export interface PredictedReason {
  readonly name: string;
  /** Positive: it spoke for the value. */
  readonly contribution: number;
  readonly text?: string | undefined;
}

export interface Predicted {
  /** What it is about, where the version answers several tasks; the model's own task when absent. */
  readonly task?: string;
  /** A class, a list of classes, a number or a text; null: the version is not sure enough to say. */
  readonly value: Json;
  /** Of the value, or of what the version would have said; calibrated. Null where there is none. */
  readonly probability: number | null;
  /** How little the version knows here, from 0 to 1; null or absent where it cannot tell. */
  readonly uncertainty?: number | null;
  /** Values are lists of texts, even where this one is unknown. */
  readonly several?: boolean;
  /** The strongest first. */
  readonly reasons: readonly PredictedReason[];
  /** What it says of the same row for its other tasks, each with its task. */
  readonly further?: readonly Predicted[];
}

/** Runs the versions of models. */
export interface Predictor {
  /**
   * One prediction for each row, in order.
   * @param folder of a version, as the artefact store opens it; never written to
   */
  predict(folder: string, rows: readonly PredictorRow[]): Promise<readonly Predicted[]>;
}
