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
  /** A class, a list of classes or a number. */
  readonly value: Json;
  /** Of the value, calibrated; null where there is none. */
  readonly probability: number | null;
  /** The strongest first. */
  readonly reasons: readonly PredictedReason[];
}

/** Runs the versions of models. */
export interface Predictor {
  /**
   * One prediction for each row, in order.
   * @param folder of a version, as the artefact store opens it; never written to
   */
  predict(folder: string, rows: readonly PredictorRow[]): Promise<readonly Predicted[]>;
}
