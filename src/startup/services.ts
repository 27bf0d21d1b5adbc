import { requireRole } from '../auth.ts';
import type { Clock } from '../clock.ts';
import type { Db } from '../db.ts';
import { definitions } from '../features/definitions/definitions.ts';
import { changesFreshness } from '../features/jobs/freshness.ts';
import { segmentFreshness } from '../features/segments/freshness.ts';
import type { Services, WorkQueue } from '../features/services.ts';
import { sortableFeature } from '../features/serving/sortable-feature.ts';
import { viewFreshness } from '../features/serving/view-freshness.ts';
import { createFeatureStore } from '../features/store/store.ts';
import { storeCatalogs } from '../features/store-catalogs.ts';
import type { Job } from '../jobs/define.ts';
import { createMaterialize } from '../jobs/materialize.ts';
import { createMonitor } from '../jobs/monitor.ts';
import { enqueue } from '../jobs/queue.ts';
import type { Schedule } from '../jobs/schedule.ts';
import { createSegmentRefresh } from '../jobs/segment-refresh.ts';
import { segmentRetry } from '../jobs/segment-retry.ts';
import type { Logger } from '../logger.ts';
import type { Notifications } from '../notifications.ts';

/** The jobs that come with the services, and when they are queued. */
export interface Work {
  readonly jobs: readonly Job[];
  readonly schedules: readonly Schedule[];
}

/** Puts the services together; the feature definitions are written to their tables. */
export async function createServices(
  db: Db,
  clock: Clock,
  log: Logger,
  notifications: Notifications,
): Promise<{ services: Services; work: Work }> {
  const store = createFeatureStore({
    db,
    clock,
    definitions,
    print: (line) => log.debug(line),
  });
  const changes = await store.apply();
  if (changes.length > 0) log.info(`applied ${changes.length} feature definitions`);
  await store.ready();
  const catalogs = storeCatalogs(store, clock);
  const materialize = createMaterialize(store);
  const segmentRefresh = createSegmentRefresh({ catalogs });
  const queue: WorkQueue = {
    materialize: async (actor, views) => {
      requireRole(actor, 'writer');
      return enqueue(db, materialize, views ? { views: [...views] } : {});
    },
    refreshSegments: async (actor, keys) => {
      requireRole(actor, 'writer');
      return enqueue(db, segmentRefresh, keys ? { keys: [...keys] } : {});
    },
  };
  const services: Services = {
    ...{ db, clock, log, notifications, store, catalogs, queue },
    freshness: [changesFreshness, segmentFreshness, viewFreshness],
    sortableFeature: (name, at) => sortableFeature(store, name, at),
  };
  const monitor = createMonitor(store);
  const schedules = [
    { job: monitor, payload: {}, cron: '0 41 1 * * *' },
    segmentRetry(segmentRefresh),
  ];
  return { services, work: { jobs: [materialize, segmentRefresh, monitor], schedules } };
}
