import type { Deps } from '../../context.ts';
import type { Queryable } from '../../db.ts';
import type { JobRun } from '../jobs/run.ts';
import type { FeatureStore } from '../store/store.ts';

/** What models hand to the worker, in the caller's transaction. */
export interface ModelQueue {
  train(tx: Queryable, runId: string): Promise<JobRun>;
  /** Of all active models when absent. */
  refreshPredictions(tx: Queryable, model?: string): Promise<JobRun>;
  /** Embeds everybody with what was promoted. */
  refreshEmbeddings(tx: Queryable): Promise<JobRun>;
}

/** The models that a training can start from. */
export interface Bases {
  /** The folder of a base by name, the shipped one without a name; undefined when it is not there. */
  find(name?: string): string | undefined;
}

/** What is wrong with hyper-parameters: where, and what to do. */
export interface HyperparameterFault {
  readonly path: readonly string[];
  readonly message: string;
}

/** What models need beside the ground. */
export interface ModelDeps extends Deps {
  readonly store: FeatureStore;
  readonly modelQueue: ModelQueue;
  readonly bases: Bases;
  readonly checkHyperparameters: (
    values: Readonly<Record<string, unknown>>,
  ) => readonly HyperparameterFault[];
}

/** The learning engine of this process, for `health`. */
export interface MlHealth {
  /** What runs. */
  readonly backend: string;
  /** What was asked for. */
  readonly configured: string;
  readonly threads: number;
  /** What models are served on. */
  readonly serving: string;
  /** The shipped base encoder, when it is there. */
  readonly encoder: string | null;
}
