import type { Actor } from '../auth.ts';
import type { Notifications } from '../notifications.ts';
import type { OrderDeps } from './customers/order.ts';
import type { IndexStatus } from './embeddings/indexes.ts';
import type { SimilarityDeps } from './embeddings/similar.ts';
import type { FreshnessProvider } from './health.ts';
import type { JobRun } from './jobs/run.ts';
import type { MlHealth, ModelDeps } from './models/deps.ts';
import type { PredictionCatalog } from './models/prediction-catalog.ts';
import type { SegmentDeps } from './segments/deps.ts';
import type { FeatureStore } from './store/store.ts';

/** Work that the API hands to the worker. */
export interface WorkQueue {
  /** Computes feature views anew; all when absent. */
  materialize(actor: Actor, views: readonly string[] | undefined): Promise<JobRun>;
  /** Evaluates segments for everybody; all when absent. */
  refreshSegments(actor: Actor, keys: readonly string[] | undefined): Promise<JobRun>;
  /** Embeds everybody whose text or model version has changed; by all models when absent. */
  refreshEmbeddings(actor: Actor, model: string | undefined): Promise<JobRun>;
}

/** Everything that serves a request, put together once in src/cameo.ts. */
export interface Services extends SegmentDeps, OrderDeps, ModelDeps, SimilarityDeps {
  readonly notifications: Notifications;
  readonly store: FeatureStore;
  readonly queue: WorkQueue;
  /** The embeddings in this process's memory. */
  readonly similarityIndexes: () => readonly IndexStatus[];
  readonly freshness: readonly FreshnessProvider[];
  readonly predictionCatalog: PredictionCatalog;
  /** What models are trained and served with. */
  readonly ml: () => Promise<MlHealth>;
}
