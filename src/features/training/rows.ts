import type { FeatureColumn } from '../../ml/run/spec.ts';
import type {
  LabelSet,
  PredictionRow,
  RowsDeps,
  RowsRequest,
  RowsTask,
  TrainingRows,
} from './request.ts';

/** What draws rows from the database: how training and prediction jobs call this folder. */
export interface Rows {
  /**
   * Rows to train on, masked, point-in-time right, in a stable order, a chunk at a time:
   * `for await (const row of buildTrainingRows(...))`, then `.report()`.
   */
  buildTrainingRows(deps: RowsDeps, request: RowsRequest): TrainingRows;
  /** The living ones of these customers as of now (`request.at`), in the order of `customerIds`. */
  buildPredictionRows(
    deps: RowsDeps,
    request: RowsRequest,
    customerIds: readonly number[],
  ): Promise<PredictionRow[]>;
  labelSet(
    deps: RowsDeps,
    domain: RowsRequest['domain'],
    task: RowsTask,
    at?: Date,
  ): Promise<LabelSet>;
  /** What `TrainingRow.features` holds for a service: `spec.features`. */
  featureColumns(deps: RowsDeps, service: string): Promise<readonly FeatureColumn[]>;
}
