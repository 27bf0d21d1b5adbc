import sql from 'sql-template-tag';
import type { Freshness, FreshnessProvider } from '../health.ts';

/** Each segment with its last good evaluation; one whose newest evaluation failed is stale. */
export const segmentFreshness: FreshnessProvider = async ({ db }) =>
  db.query<Freshness>(sql`
    select 'segment:' || key as name, refreshed_at as at, error is not null as stale, error
    from segment order by key`);
