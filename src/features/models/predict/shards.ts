import sql from 'sql-template-tag';
import type { Queryable } from '../../../db.ts';

/** Customers with ids in (after, upTo]. */
export interface Shard {
  readonly after: number;
  readonly upTo: number;
}

/** Cuts the living customers of a domain into shards of at most `size`. */
export async function cutShards(db: Queryable, domainId: number, size: number): Promise<Shard[]> {
  const ends = await db.query<{ upTo: number }>(sql`
    select max(id) as "upTo" from (
      select id, (row_number() over (order by id) - 1) / ${size}::int as shard
      from customer where domain_id = ${domainId} and merged_into_id is null
    ) numbered group by shard order by shard`);
  return ends.map(({ upTo }, index) => ({ after: ends[index - 1]?.upTo ?? 0, upTo }));
}
