import sql from 'sql-template-tag';
import type { Freshness, FreshnessProvider } from '../health.ts';

const PROMISED_SECONDS = 60;

/** How far features and segments are behind the events that came in. */
export const changesFreshness: FreshnessProvider = async ({ db, clock }) =>
  db.query<Freshness>(sql`
    select 'customers' as name, coalesce(min(created_at), ${clock.now()}::timestamptz) as at,
      coalesce(min(created_at) < ${clock.now()}::timestamptz - make_interval(secs => ${PROMISED_SECONDS}), false) as stale
    from customer_change`);
