import sql from 'sql-template-tag';
import type { Freshness, FreshnessProvider } from '../health.ts';

const PROMISED_SECONDS = 300;

/** Each embedding model in use: since when a change has waited, and whether a version is still to come. */
export const embeddingFreshness: FreshnessProvider = async ({ db, clock }) =>
  db.query<Freshness>(sql`
    select 'embedding:' || m.model as name,
      case when m.serving is not null then coalesce(c.oldest, ${clock.now()}::timestamptz) end as at,
      coalesce(c.oldest < ${clock.now()}::timestamptz - make_interval(secs => ${PROMISED_SECONDS}), false) as stale
    from embedding_model m, (select min(created_at) as oldest from embedding_change) c
    order by m.model`);
