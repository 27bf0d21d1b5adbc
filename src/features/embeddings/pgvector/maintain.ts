import sql from 'sql-template-tag';
import type { Db } from '../../../db.ts';
import type { Logger } from '../../../logger.ts';
import type { Indexes, Nearest } from '../indexes.ts';
import type { Scope } from '../models.ts';
import { nearestInDatabase, suitsVectorIndex } from './nearest.ts';
import { measureRecall } from './recall.ts';
import {
  dropOtherVectorIndexes,
  dropVectorIndex,
  ensureVectorIndex,
  hasPgvector,
  hasVectorIndex,
} from './vector-index.ts';

/** An index that finds fewer of the exact nearest than this is worse than none. */
const LEAST_RECALL = 0.95;

/**
 * Where the server has pgvector: makes an HNSW index for each domain of each serving version, keeps
 * those that find nearly all of the exact nearest, and drops those of versions that serve no more.
 */
export async function maintainVectorIndexes(db: Db, log: Logger): Promise<void> {
  if (!(await hasPgvector(db))) return;
  const scopes = await db.query<Scope>(sql`
    select distinct m.model, m.serving as version, m.dimensions, e.domain_id as "domainId"
    from embedding_model m join embedding e on e.model = m.model and e.version = m.serving`);
  for (const scope of scopes) {
    if (await hasVectorIndex(db, scope)) continue;
    await ensureVectorIndex(db, scope);
    const recall = await measureRecall(db, scope);
    log.info({ model: scope.model, domain: scope.domainId, recall }, 'made a vector index');
    if (recall >= LEAST_RECALL) continue;
    await dropVectorIndex(db, scope);
    log.warn({ model: scope.model, recall }, 'its recall is too low: searching in memory instead');
  }
  await dropOtherVectorIndexes(db, scopes);
}

/** Searches by the scope's index in the database where there is one, else in memory. */
export function createNearest(db: Db, indexes: Indexes): Nearest {
  return {
    async nearest(scope, queries) {
      const inDatabase = queries.every(suitsVectorIndex) && (await hasVectorIndex(db, scope));
      return inDatabase ? nearestInDatabase(db, scope, queries) : indexes.nearest(scope, queries);
    },
  };
}
