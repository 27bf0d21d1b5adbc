import { requireRole } from '../auth.ts';
import type { Config } from '../config.ts';
import type { Deps } from '../context.ts';
import type { Db } from '../db.ts';
import { followAttributes } from '../features/attributes/follow.ts';
import { definitions } from '../features/definitions/definitions.ts';
import { embeddingFreshness } from '../features/embeddings/freshness.ts';
import { promotedSources } from '../features/embeddings/promoted.ts';
import { changesFreshness } from '../features/jobs/freshness.ts';
import { openPredictionCatalog } from '../features/models/prediction-catalog.ts';
import { segmentFreshness } from '../features/segments/freshness.ts';
import { markSegmentsStale } from '../features/segments/lookalike/lookalike.ts';
import type { Services, WorkQueue } from '../features/services.ts';
import { sortableFeature } from '../features/serving/sortable-feature.ts';
import { viewFreshness } from '../features/serving/view-freshness.ts';
import { createFeatureStore, type FeatureStore } from '../features/store/store.ts';
import { storeCatalogs } from '../features/store-catalogs.ts';
import type { Job } from '../jobs/define.ts';
import { createMaterialize } from '../jobs/materialize.ts';
import { createMonitor } from '../jobs/monitor.ts';
import { enqueue } from '../jobs/queue.ts';
import type { Schedule } from '../jobs/schedule.ts';
import { createSegmentRefresh } from '../jobs/segment-refresh.ts';
import { segmentRetry } from '../jobs/segment-retry.ts';
import type { Notifications } from '../notifications.ts';
import type { Closing } from './closing.ts';
import { createEmbeddings } from './embeddings.ts';
import type { Engine } from './engine.ts';
import { createMlHealth } from './ml-health.ts';
import { createArtefacts, createModels } from './models.ts';

/** The jobs that come with the services, and when they are queued. */
export interface Work {
  readonly jobs: readonly Job[];
  /** Trainings, which a worker of their own does. */
  readonly training: readonly Job[];
  readonly schedules: readonly Schedule[];
}

interface Parts extends Deps {
  readonly config: Config;
  readonly notifications: Notifications;
  readonly engine: Engine;
}

/** Puts the services together; the feature definitions are written to their tables. */
export async function createServices(
  parts: Parts,
  closing: Closing,
): Promise<{ services: Services; work: Work }> {
  const { db, clock, log, notifications, config } = parts;
  const store = await openStore(parts);
  const attributes = await followAttributes({ db, store, log }, notifications);
  closing.add('attributes', () => attributes.close());
  const predictionCatalog = await openPredictionCatalog(parts, notifications);
  closing.add('prediction catalogue', () => predictionCatalog.close());
  const catalogs = storeCatalogs(store, clock, predictionCatalog);
  const artefacts = createArtefacts(config);
  const embedding = promotedSources({ db, clock, log, store }, artefacts, parts.engine.embeddings);
  const embeddings = createEmbeddings({ db, clock, log, notifications, embedding });
  closing.add('embeddings', () => embeddings.close());
  const refreshEmbeddings = embeddings.queue;
  const models = createModels({ ...parts, store, artefacts, refreshEmbeddings });
  const materialize = createMaterialize(store);
  const segmentRefresh = createSegmentRefresh({ catalogs });
  const queue = createWorkQueue(db, materialize, segmentRefresh, embeddings.refresh);
  const services: Services = {
    ...models.deps,
    ...{ db, clock, log, notifications, store, catalogs, predictionCatalog, queue },
    ml: createMlHealth(config.ml, models.deps.bases, parts.engine.serving),
    similarity: embeddings.similarity,
    similarityIndexes: embeddings.similarityIndexes,
    freshness: [changesFreshness, segmentFreshness, viewFreshness, embeddingFreshness],
    sortableFeature: (name, at) => sortableFeature(store, name, at),
  };
  const monitor = createMonitor(store);
  const schedules = [
    { job: monitor, payload: {}, cron: '0 41 1 * * *' },
    segmentRetry(segmentRefresh),
    ...models.schedules,
    ...embeddings.schedules,
  ];
  const jobs = [materialize, segmentRefresh, monitor, ...models.jobs, ...embeddings.jobs];
  return { services, work: { jobs, training: models.training, schedules } };
}

/** The feature store, its definitions written to its tables. */
async function openStore({ db, clock, log }: Parts): Promise<FeatureStore> {
  const print = (line: string) => log.debug(line);
  const store = createFeatureStore({ db, clock, definitions, print });
  const changes = await store.apply();
  if (changes.length > 0) log.info(`applied ${changes.length} feature definitions`);
  await store.ready();
  return store;
}

/** Work that callers of the API may ask for at any time. */
function createWorkQueue(
  db: Db,
  materialize: ReturnType<typeof createMaterialize>,
  segmentRefresh: ReturnType<typeof createSegmentRefresh>,
  refreshEmbeddings: WorkQueue['refreshEmbeddings'],
): WorkQueue {
  return {
    materialize: async (actor, views) => {
      requireRole(actor, 'writer');
      return enqueue(db, materialize, views ? { views: [...views] } : {});
    },
    refreshSegments: async (actor, keys) => {
      requireRole(actor, 'writer');
      await markSegmentsStale(db, keys);
      return enqueue(db, segmentRefresh, keys ? { keys: [...keys] } : {});
    },
    refreshEmbeddings,
  };
}
