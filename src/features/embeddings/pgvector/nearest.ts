import sql, { type Sql } from 'sql-template-tag';
import type { Db, Queryable } from '../../../db.ts';
import { type Neighbour, nearestFirst, type Query } from '../../../ml/similarity/search.ts';
import { dot } from '../../../ml/similarity/vectors.ts';
import { floatsSql, readFloats } from '../floats.ts';
import type { Scope } from '../models.ts';
import { halfvecSql, vectorLiteral } from './vector-index.ts';

/** What the list of candidates of HNSW may hold at most. */
const MOST_CANDIDATES = 1_000;
/** More candidates than asked for: halfvec and HNSW both only come near the exact order. */
const CANDIDATES_EACH = 8;

/** Whether the index can answer: it is for the nearest few, not for large parts of everybody. */
export const suitsVectorIndex = (query: Query): boolean =>
  query.atLeast === undefined &&
  query.among === undefined &&
  candidatesOf(query) <= MOST_CANDIDATES;

const candidatesOf = ({ first, except }: Query): number =>
  Math.max(100, first * CANDIDATES_EACH + (except?.size ?? 0));

/** The nearest by the scope's HNSW index, in the exact order of those that it finds. */
export async function nearestInDatabase(
  db: Pick<Db, 'transaction'>,
  scope: Scope,
  queries: readonly Query[],
): Promise<Neighbour[][]> {
  return db.transaction(async (tx) => {
    await tx.query(sql`select set_config('hnsw.iterative_scan', 'strict_order', true)`);
    const results: Neighbour[][] = [];
    for (const query of queries) {
      const candidates = candidatesOf(query);
      await tx.query(sql`select set_config('hnsw.ef_search', ${String(candidates)}, true)`);
      const order = sql`${halfvecSql(sql`"values"`, scope.dimensions)} <=> ${halfvecSql(
        sql`${vectorLiteral(query.vector)}`,
        scope.dimensions,
      )}`;
      results.push(await exactly(tx, scope, query, sql`order by ${order} limit ${candidates}`));
    }
    return results;
  });
}

/** Compares those rows of a scope with the query that `which` (`order by`, `limit`) leaves. */
export async function exactly(
  tx: Queryable,
  { model, version, domainId, dimensions }: Scope,
  { vector, first, except }: Query,
  which: Sql,
): Promise<Neighbour[]> {
  const rows = await tx.query<{ id: number; bytes: Buffer }>(sql`
    select customer_id as id, ${floatsSql(sql`"values"`)} as bytes from embedding
    where model = ${model} and version = ${version} and domain_id = ${domainId}::int4 ${which}`);
  return rows
    .filter(({ id }) => !except?.has(id))
    .map(({ id, bytes }) => ({
      id,
      similarity: dot(vector, 0, readFloats(bytes), 0, dimensions),
    }))
    .sort(nearestFirst)
    .slice(0, first);
}
