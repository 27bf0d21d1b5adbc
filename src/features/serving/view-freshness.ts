import sql from 'sql-template-tag';
import type { Freshness, FreshnessProvider } from '../health.ts';

/** A window's end is worked off at the next tick, a minute later at most; this many are too many. */
const LATE_SECONDS = 300;

/** Each view with stored rows: when the newest was computed, and whether expired ones pile up. */
export const viewFreshness: FreshnessProvider = async ({ db, clock }) =>
  db.query<Freshness>(sql`
    select 'view:' || v.name as name, max(o.computed_at) as at,
      coalesce(min(o.next_change_at) filter (where o.next_change_at > '-infinity')
        < ${clock.now()}::timestamptz - make_interval(secs => ${LATE_SECONDS}), false) as stale
    from feature_view v join feature_view_version n on n.view_id = v.id and n.version = v.version
      join feature_store.online_row o on o.view_id = n.id
    group by v.name order by v.name`);
