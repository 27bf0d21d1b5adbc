/** A point of a run's curves: `split` is train or validation, `metric` such as loss or accuracy. */
export interface CurvePoint {
  readonly step: number;
  readonly split: string;
  readonly metric: string;
  readonly value: number;
}

/** Metric values by name; nested where a metric has parts (confusion matrix, slices). */
export type Metrics = { readonly [name: string]: unknown };

/** The outcome of a run: `result.json` in its folder. */
export interface RunResult {
  /** On the test rows, of the model that was trained. */
  readonly metrics: Metrics;
  /** On the same test rows, of each baseline by name. */
  readonly baselines: { readonly [name: string]: Metrics };
  /** Which did best by `decidedBy`: `model`, or a baseline's name. */
  readonly winner: string;
  readonly decidedBy: string;
  /** SHA-256 of the rows and their split. */
  readonly dataHash: string;
  readonly hyperparameters: { readonly [name: string]: unknown };
  readonly rows: { readonly train: number; readonly validation: number; readonly test: number };
}

/** What a training process tells its parent. */
export type RunMessage =
  | {
      readonly type: 'progress';
      readonly step: number;
      readonly steps: number;
      readonly loss: number;
      readonly etaMs: number;
    }
  | { readonly type: 'curve'; readonly points: readonly CurvePoint[] }
  | { readonly type: 'done'; readonly result: RunResult }
  | { readonly type: 'refused'; readonly reason: string }
  | { readonly type: 'failed'; readonly message: string };
