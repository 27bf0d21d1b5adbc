import sql, { raw, type Sql } from 'sql-template-tag';
import type { Db } from '../../../db.ts';
import type { Scope } from '../models.ts';
import { readVectors } from '../read-rows.ts';
import { exactly, nearestInDatabase } from './nearest.ts';
import { vectorLiteral } from './vector-index.ts';

const SAMPLE = 20;
const FIRST = 10;

/**
 * The share of the exact ten nearest that the scope's index finds, over twenty customers spread evenly
 * by id; 1 when nobody has a vector.
 */
export async function measureRecall(db: Db, scope: Scope): Promise<number> {
  const { model, version, domainId } = scope;
  const sampled = await db.query<{ id: number }>(sql`
    select min(id) as id from (
      select customer_id as id, ntile(${SAMPLE}) over (order by customer_id) as part from embedding
      where model = ${model} and version = ${version} and domain_id = ${domainId}
    ) parts group by part order by part`);
  const vectors = await readVectors(
    db,
    scope,
    sampled.map(({ id }) => id),
  );
  let [found, wanted] = [0, 0];
  for (const { id, vector } of vectors) {
    const query = { vector, first: FIRST, except: new Set([id]) };
    const exact = await exactly(db, scope, query, nearestByAll(scope, vector));
    const [near = []] = await nearestInDatabase(db, scope, [query]);
    const least = exact.at(-1)?.similarity ?? 0;
    wanted += exact.length;
    // One that is as near as the last of the exact ones is as good.
    found += Math.min(exact.length, near.filter(({ similarity }) => similarity >= least).length);
  }
  return wanted === 0 ? 1 : found / wanted;
}

/** Compares with everybody, in the database: no index is on the vectors themselves. */
const nearestByAll = ({ dimensions }: Scope, vector: Float32Array): Sql => sql`
  order by "values"::vector(${raw(String(dimensions))}) <=> ${vectorLiteral(vector)}::vector
  limit ${2 * FIRST}`;
