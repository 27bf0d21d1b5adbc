import sql from 'sql-template-tag';
import type { Queryable } from '../../../db.ts';
import type { SimilarityDeps } from '../../embeddings/similar.ts';

/** What learned segments need: the ground, and who is near whom. */
export type LookalikeDeps = SimilarityDeps;

/** What a learned segment looks for. */
export interface Lookalike {
  readonly segmentId: number;
  readonly key: string;
  readonly domainId: number;
  readonly domain: string;
  readonly sourceId: number;
  /** The key of the segment whose members its own are like. */
  readonly from: string;
  readonly model: string;
  /** How many members, or how similar they are at least: one of both. */
  readonly size: number | null;
  readonly minSimilarity: number | null;
  /** What the present members were found with; empty before the first time. */
  readonly centroid: readonly number[] | null;
  /** How similar the least similar of them is. */
  readonly least: number | null;
}

/** The learned segments among these, in the order of `segmentIds`. */
export async function lookalikesOf(
  db: Queryable,
  segmentIds: readonly number[],
): Promise<(Lookalike | null)[]> {
  const rows = await db.query<Lookalike>(sql`
    select l.segment_id as "segmentId", s.key, s.domain_id as "domainId", d.key as domain,
      l.source_id as "sourceId", source.key as "from", l.model, l.size,
      l.min_similarity as "minSimilarity", l.centroid, l.least
    from segment_lookalike l
      join segment s on s.id = l.segment_id
      join domain d on d.id = s.domain_id
      join segment source on source.id = l.source_id
    where l.segment_id = any(${segmentIds}::int4[])`);
  const byId = new Map(rows.map((row) => [row.segmentId, row]));
  return segmentIds.map((id) => byId.get(id) ?? null);
}

/** Those whose source has other members, or whose embeddings are newer, than when they were found. */
export async function staleLookalikes(db: Queryable, limit = 1_000): Promise<number[]> {
  const rows = await db.query<{ id: number }>(sql`
    select segment_id as id from segment_lookalike l
    where stale or exists (
      select from segment_change c where c.segment_id = l.source_id and c.id > l.seen_change)
    order by segment_id limit ${limit}`);
  return rows.map(({ id }) => id);
}

/** Embeddings of these models have changed. */
export async function markModelsStale(tx: Queryable, models: readonly string[]): Promise<void> {
  await tx.query(sql`
    update segment_lookalike set stale = true where not stale and model = any(${models}::text[])`);
}

/** Somebody asks for these segments anew, for all when absent. */
export async function markSegmentsStale(
  tx: Queryable,
  keys: readonly string[] | undefined,
): Promise<void> {
  await tx.query(sql`
    update segment_lookalike l set stale = true from segment s
    where s.id = l.segment_id and not l.stale
      and (${keys ?? null}::text[] is null or s.key = any(${keys ?? null}::text[]))`);
}

/** The present members of a segment. */
export async function memberIds(db: Queryable, segmentId: number): Promise<number[]> {
  const rows = await db.query<{ id: number }>(sql`
    select customer_id as id from segment_membership
    where segment_id = ${segmentId} and exited_at is null order by customer_id`);
  return rows.map(({ id }) => id);
}
