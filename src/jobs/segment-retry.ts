import sql from 'sql-template-tag';
import type { Deps } from '../context.ts';
import { failedSegments } from '../features/segments/store/failed-segments.ts';
import type { Schedule } from './schedule.ts';
import type { createSegmentRefresh } from './segment-refresh.ts';

type SegmentRefresh = ReturnType<typeof createSegmentRefresh>;

/** Every minute, while there is a segment whose last evaluation failed, it is evaluated again. */
export const segmentRetry = (
  job: SegmentRefresh,
): Schedule<Parameters<SegmentRefresh['check']>[0]> => ({
  job,
  payload: { failed: true },
  cron: '30 * * * * *',
  when: hasFailed,
});

/** Not while segments are being refreshed: that may repair them, and a slow one must not pile up. */
async function hasFailed({ db }: Deps): Promise<boolean> {
  if ((await failedSegments(db)).length === 0) return false;
  const busy = await db.query(sql`
    select from job_run where name = 'segment-refresh' and state in ('QUEUED', 'RUNNING') limit 1`);
  return busy.length === 0;
}
