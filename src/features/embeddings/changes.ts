import sql from 'sql-template-tag';
import type { Queryable } from '../../db.ts';

/** Says that these customers' texts may have changed. Without a model in use nothing is written. */
export async function logEmbeddingChanges(
  tx: Queryable,
  customerIds: readonly number[],
  at: Date,
): Promise<void> {
  await tx.query(sql`
    insert into embedding_change (customer_id, created_at)
    select id, ${at} from unnest(${customerIds}::int4[]) as x (id)
    where exists (select from embedding_model)`);
}

/** Changes that this transaction has for itself. */
export interface ClaimedChanges {
  /** Ascending. */
  readonly customers: readonly number[];
  /** Takes them out of the log. */
  settle(): Promise<void>;
}

/** The changes that have waited longest, of those that nobody else works on. */
export async function claimEmbeddingChanges(tx: Queryable, limit: number): Promise<ClaimedChanges> {
  const rows = await tx.query<{ id: number; customer: number }>(sql`
    select id, customer_id as customer from embedding_change
    order by id limit ${limit} for update skip locked`);
  return {
    customers: [...new Set(rows.map(({ customer }) => customer))].sort((a, b) => a - b),
    settle: async () => {
      const ids = rows.map(({ id }) => id);
      await tx.query(sql`delete from embedding_change where id = any(${ids}::int8[])`);
    },
  };
}

export async function hasEmbeddingChanges(db: Queryable): Promise<boolean> {
  return (await db.query(sql`select from embedding_change limit 1`)).length > 0;
}

/** Takes the embeddings of customers away who do not live any more. */
export async function dropEmbeddings(tx: Queryable, customerIds: readonly number[]): Promise<void> {
  await tx.query(sql`delete from embedding where customer_id = any(${customerIds}::int4[])`);
}
