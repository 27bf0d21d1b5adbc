import sql from 'sql-template-tag';
import type { Freshness, FreshnessProvider } from '../health.ts';

const PROMISED_SECONDS = 60;

/** How far features and segments are behind the events that came in. */
export const changesFreshness: FreshnessProvider = async ({ db }) =>
  db.query<Freshness>(sql`
    select 'customers' as name, coalesce(min(created_at), now()) as at,
      coalesce(min(created_at) < now() - make_interval(secs => ${PROMISED_SECONDS}), false) as stale
    from customer_change`);
