import sql from 'sql-template-tag';
import type { Queryable } from '../../../db.ts';
import { CameoError } from '../../../errors.ts';
import type { Neighbour, Query } from '../../../ml/similarity/search.ts';
import { normalise } from '../../../ml/similarity/vectors.ts';
import { type Scope, servingScope } from '../../embeddings/models.ts';
import { readVectors } from '../../embeddings/read-rows.ts';
import { setMembers } from '../store/set-members.ts';
import { newestChange } from '../store/write-changes.ts';
import { type Lookalike, type LookalikeDeps, lookalikesOf, memberIds } from './lookalike.ts';

/** Vectors read at once. */
const CHUNK = 1_000;

/**
 * Finds the members of a learned segment anew: those of the domain who are no members of the source
 * and are nearest to the mean direction of its members (the centroid of their unit vectors, as Rocchio
 * feedback has it). When that fails, the segment keeps its members and says why.
 *
 * @returns why it failed; undefined when it did not.
 */
export async function refreshLookalike(
  deps: LookalikeDeps,
  segmentId: number,
  at: Date,
): Promise<string | undefined> {
  const [lookalike] = await lookalikesOf(deps.db, [segmentId]);
  if (!lookalike) return undefined;
  try {
    await findMembers(deps, lookalike, at);
    return undefined;
  } catch (error) {
    const { message } = error as Error;
    deps.log.error({ err: error, segment: lookalike.key }, 'a segment could not be refreshed');
    await deps.db.query(sql`
      update segment set error = ${message}, error_at = ${at}::timestamptz where id = ${segmentId}`);
    return message;
  }
}

async function findMembers(deps: LookalikeDeps, lookalike: Lookalike, at: Date): Promise<void> {
  const { db, similarity } = deps;
  const { segmentId, sourceId, size, minSimilarity } = lookalike;
  const scope = await scopeOf(deps, lookalike);
  // Before the members are read: a change in between is looked at once more.
  const seen = await newestChange(db, sourceId);
  const members = await memberIds(db, sourceId);
  const centroid = await centroidOf(db, scope, members);
  if (!centroid)
    throw new CameoError(
      'UNAVAILABLE',
      `No member of "${lookalike.from}" has an embedding by "${lookalike.model}" yet.`,
    );
  const query: Query = {
    vector: centroid,
    first: size ?? Number.POSITIVE_INFINITY,
    atLeast: minSimilarity ?? undefined,
    except: new Set(members),
  };
  const [found = []] = await similarity.nearest(scope, [query]);
  await db.transaction(async (tx) => {
    const living = await livingOf(tx, found);
    await setMembers(
      tx,
      segmentId,
      living.map(({ id }) => id),
      at,
    );
    await tx.query(sql`
      update segment_lookalike set centroid = ${[...centroid]}::real[], stale = false,
        least = ${living.at(-1)?.similarity ?? null}, seen_change = ${seen}
      where segment_id = ${segmentId}`);
  });
}

export const scopeOf = (
  { db }: LookalikeDeps,
  { domainId, domain, model }: Lookalike,
): Promise<Scope> => servingScope(db, { id: domainId, key: domain }, model);

/** Undefined when none of them has an embedding. */
async function centroidOf(
  db: Queryable,
  scope: Scope,
  members: readonly number[],
): Promise<Float32Array | undefined> {
  const sum = new Float64Array(scope.dimensions);
  let rows = 0;
  for (let from = 0; from < members.length; from += CHUNK) {
    const found = await readVectors(db, scope, members.slice(from, from + CHUNK));
    rows += found.length;
    for (const { vector } of found)
      for (const [place, value] of vector.entries()) sum[place] = (sum[place] ?? 0) + value;
  }
  return rows === 0 ? undefined : normalise(Float32Array.from(sum, (value) => value / rows));
}

/** Who has been merged or erased since the vectors were read is left out. */
async function livingOf(tx: Queryable, found: readonly Neighbour[]): Promise<Neighbour[]> {
  const rows = await tx.query<{ id: number }>(sql`
    select id from customer
    where id = any(${found.map(({ id }) => id)}::int4[]) and merged_into_id is null`);
  const living = new Set(rows.map(({ id }) => id));
  return found.filter(({ id }) => living.has(id));
}
