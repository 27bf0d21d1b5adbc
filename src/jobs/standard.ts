import type { Job } from './define.ts';
import { housekeeping } from './housekeeping.ts';
import { partitions } from './partitions.ts';
import { createRefresh, hasChanges } from './refresh.ts';
import type { Refreshers } from './refreshers.ts';
import type { Schedule } from './schedule.ts';
import { hasDeliveries, webhooks } from './webhooks.ts';

/** The jobs that every Cameo has, and when they are queued. */
export function standardJobs(refreshers: Refreshers): {
  refresh: Job<Record<string, never>>;
  jobs: readonly Job[];
  schedules: readonly Schedule[];
} {
  const refresh = createRefresh(refreshers);
  return {
    refresh,
    jobs: [refresh, webhooks, partitions, housekeeping],
    schedules: [
      // What has changed is worked off within seconds, what time changes within the minute.
      { job: refresh, payload: {}, cron: '*/5 * * * * *', when: hasChanges },
      { job: refresh, payload: {}, cron: '0 * * * * *' },
      { job: webhooks, payload: {}, cron: '2-59/5 * * * * *', when: hasDeliveries },
      { job: partitions, payload: {}, cron: '0 7 2 * * *' },
      { job: housekeeping, payload: {}, cron: '0 23 3 * * *' },
    ],
  };
}
