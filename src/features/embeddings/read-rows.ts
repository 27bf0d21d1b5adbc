import sql from 'sql-template-tag';
import type { Queryable } from '../../db.ts';
import { floatsSql, readFloats } from './floats.ts';
import type { Scope } from './models.ts';

/** A stored vector; `batch` changes with it. */
export interface VectorRow {
  readonly id: number;
  readonly batch: number;
  readonly vector: Float32Array;
}

/** What is known of a range of customers, in ascending order of their ids. */
export interface Page {
  /** Those that are new or have changed. */
  readonly changed: readonly VectorRow[];
  /** All that are there. */
  readonly present: readonly number[];
}

/** Small enough that reading one holds up nobody: half a megabyte at 256 dimensions. */
const PAGE = 500;

/**
 * A scope's vectors in pages by customer id. Those that are `known` with the same batch come without
 * their numbers, so that comparing costs little.
 */
export async function* readPages(
  db: Queryable,
  scope: Scope,
  known: ReadonlyMap<number, number>,
): AsyncGenerator<Page, undefined> {
  let after = 0;
  for (;;) {
    const heads = await db.prepared<{ id: number; batch: number }>(
      'embedding_heads',
      sql`
      select customer_id as id, batch from embedding
      where model = ${scope.model} and version = ${scope.version}
        and domain_id = ${scope.domainId}::int4 and customer_id > ${after}::int4
      order by customer_id limit ${PAGE}`,
    );
    const changed = heads.filter(({ id, batch }) => known.get(id) !== batch);
    yield {
      changed: changed.length > 0 ? await readVectors(db, scope, idsOf(changed)) : [],
      present: idsOf(heads),
    };
    const last = heads.at(-1);
    if (!last || heads.length < PAGE) return;
    after = last.id;
  }
}

const idsOf = (rows: readonly { id: number }[]) => rows.map(({ id }) => id);

/** The vectors of these customers, of those that have one. */
export async function readVectors(
  db: Queryable,
  { model, version, domainId }: Scope,
  customerIds: readonly number[],
): Promise<VectorRow[]> {
  const rows = await db.prepared<{ id: number; batch: number; bytes: Buffer }>(
    'embedding_vectors',
    sql`
    select customer_id as id, batch, ${floatsSql(sql`"values"`)} as bytes from embedding
    where customer_id = any(${customerIds}::int4[]) and model = ${model} and version = ${version}
      and domain_id = ${domainId}::int4
    order by customer_id`,
  );
  return rows.map(({ id, batch, bytes }) => ({ id, batch, vector: readFloats(bytes) }));
}

export async function countVectors(
  db: Queryable,
  { model, version, domainId }: Scope,
): Promise<number> {
  const [row] = await db.query<{ n: number }>(sql`
    select count(*) as n from embedding
    where model = ${model} and version = ${version} and domain_id = ${domainId}`);
  return row?.n ?? 0;
}
