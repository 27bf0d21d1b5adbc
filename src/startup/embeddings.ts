import { type Actor, requireRole } from '../auth.ts';
import type { Deps } from '../context.ts';
import type { Queryable } from '../db.ts';
import type { EmbeddingSources } from '../features/embeddings/embedder.ts';
import { createIndexes, type IndexStatus, type Nearest } from '../features/embeddings/indexes.ts';
import { embeddingTargets } from '../features/embeddings/models.ts';
import { createNearest, maintainVectorIndexes } from '../features/embeddings/pgvector/maintain.ts';
import type { JobRun } from '../features/jobs/run.ts';
import { markModelsStale } from '../features/segments/lookalike/lookalike.ts';
import type { Job } from '../jobs/define.ts';
import { createEmbeddingJobs, embeddingsChanged } from '../jobs/embeddings.ts';
import { createLookalikes, hasStaleLookalikes } from '../jobs/embeddings-lookalikes.ts';
import { enqueue } from '../jobs/queue.ts';
import type { Schedule } from '../jobs/schedule.ts';
import { createSimilarityThread } from '../ml/similarity/thread.ts';
import type { Notifications } from '../notifications.ts';

export interface Embeddings {
  readonly similarity: Nearest;
  readonly similarityIndexes: () => readonly IndexStatus[];
  /** Queues a refresh of everybody, by one model or by all. */
  readonly refresh: (actor: Actor, model: string | undefined) => Promise<JobRun>;
  /** The same for everybody and all models, in the caller's transaction. */
  readonly queue: (tx: Queryable) => Promise<JobRun>;
  readonly jobs: readonly Job[];
  readonly schedules: readonly Schedule[];
  close(): Promise<void>;
}

interface Parts extends Deps {
  readonly notifications: Notifications;
  readonly embedding: EmbeddingSources;
}

/** Puts embeddings together: the jobs that keep them fresh, and the search for similar customers. */
export function createEmbeddings({ db, log, notifications, embedding }: Parts): Embeddings {
  const thread = createSimilarityThread();
  const indexes = createIndexes({ db, log, notifications, thread });
  const similarity = createNearest(db, indexes);
  const { refreshEmbeddings, embedShards } = createEmbeddingJobs({
    embedding,
    onRefreshed: markModelsStale,
    afterAll: () => maintainVectorIndexes(db, log),
  });
  const lookalikes = createLookalikes(similarity);
  return {
    similarity,
    similarityIndexes: indexes.status,
    refresh: async (actor, model) => {
      requireRole(actor, 'writer');
      if (model !== undefined) await embeddingTargets(db, model);
      return enqueue(db, refreshEmbeddings, { all: true, ...(model !== undefined && { model }) });
    },
    queue: (tx) => enqueue(tx, refreshEmbeddings, { all: true }),
    jobs: [refreshEmbeddings, embedShards, lookalikes],
    schedules: [
      { job: refreshEmbeddings, payload: {}, cron: '3-59/10 * * * * *', when: embeddingsChanged },
      // Texts may change by the passing of time too, which no change tells of.
      { job: refreshEmbeddings, payload: { all: true }, cron: '0 53 2 * * *' },
      { job: lookalikes, payload: {}, cron: '22-59/30 * * * * *', when: hasStaleLookalikes },
    ],
    close: indexes.close,
  };
}
