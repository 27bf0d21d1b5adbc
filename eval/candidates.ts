import type { EvalData, EvalRows } from './set.ts';

/** Predictions (N, labels) of the validation rows, then of the test rows. */
export interface Predicted {
  readonly validation: number[][];
  /** By the model trained again on all rows but the test's, once nothing is left to choose. */
  readonly test: number[][];
}

/** A way to learn a set that is judged beside others. */
export interface Candidate {
  readonly name: string;
  /** Whether it is one of the simple models that the others have to beat. */
  readonly baseline: boolean;
  /** Whether it can learn such rows. */
  suits(data: EvalData): boolean;
  /** Learns one draw. The test rows' labels are not looked at. */
  predict(data: EvalData, rows: EvalRows): Promise<Predicted>;
}
