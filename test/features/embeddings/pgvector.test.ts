// The extension is not in the embedded PostgreSQL; here it runs in one compiled to WebAssembly.
import { PGlite, type Transaction } from '@electric-sql/pglite';
import { vector } from '@electric-sql/pglite/vector';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import sql, { type Sql } from 'sql-template-tag';
import { type Db, openDb, type Queryable } from '../../../src/db.ts';
import {
  createNearest,
  maintainVectorIndexes,
} from '../../../src/features/embeddings/pgvector/maintain.ts';
import { nearestInDatabase } from '../../../src/features/embeddings/pgvector/nearest.ts';
import { measureRecall } from '../../../src/features/embeddings/pgvector/recall.ts';
import {
  ensureVectorIndex,
  hasPgvector,
  hasVectorIndex,
} from '../../../src/features/embeddings/pgvector/vector-index.ts';
import { createTestDatabase } from '../../helpers/db.ts';
import { cosine, SIZE, vectorOf } from './support.ts';

const PEOPLE = 400;
/** A name that has to be quoted. */
const MODEL = `o'model "x"`;
const scope = { model: MODEL, version: '1', dimensions: SIZE, domainId: 1 };
const log = pino({ level: 'silent' });

let pglite: PGlite;
let db: Db;
beforeAll(async () => {
  pglite = await PGlite.create({ extensions: { vector } });
  db = {
    ...queryableOn(pglite),
    transaction: (work: (tx: Queryable) => Promise<unknown>) =>
      pglite.transaction((tx) => work(queryableOn(tx))),
  } as Db;
  await pglite.exec(`
    create table embedding_model (model text, serving text, dimensions int);
    create table embedding (
      customer_id int4, model text, version text, domain_id int4, "values" real[],
      batch int8 default 1, primary key (customer_id, model, version))`);
});
afterAll(() => pglite.close());

function queryableOn(on: PGlite | Transaction): Queryable {
  const query = async ({ text, values }: Sql) => {
    const { rows } = await on.query<Record<string, unknown>>(text, values);
    return rows.map((row) =>
      Object.fromEntries(
        Object.entries(row).map(([name, value]) => [
          name,
          value instanceof Uint8Array ? Buffer.from(value) : value,
        ]),
      ),
    );
  };
  return { query, prepared: (_: string, statement: Sql) => query(statement) } as Queryable;
}

async function serve(version: string): Promise<void> {
  await db.query(sql`delete from embedding_model`);
  await db.query(sql`insert into embedding_model values (${MODEL}, ${version}, ${SIZE})`);
  const ids = Array.from({ length: PEOPLE }, (_, index) => index + 1);
  await db.query(sql`
    insert into embedding (customer_id, model, version, domain_id, "values")
    select id, ${MODEL}, ${version}, 1 + id % 2, vector::real[]
    from unnest(${ids}::int[], ${ids.map((id) => `{${vectorOf(id).join()}}`)}::text[]) v (id, vector)`);
}

/** Customers of domain 1 have even ids. */
const bruteForce = (query: Float32Array, first: number, except: ReadonlySet<number>) =>
  Array.from({ length: PEOPLE / 2 }, (_, index) => 2 * (index + 1))
    .filter((id) => !except.has(id))
    .map((id) => ({ id, similarity: cosine(query, vectorOf(id)) }))
    .sort((a, b) => b.similarity - a.similarity || a.id - b.id)
    .slice(0, first);

const indexNames = async () =>
  (
    await db.query<{ name: string }>(sql`
      select indexname as name from pg_indexes where indexname like 'embedding_hnsw_%' order by 1`)
  ).map(({ name }) => name);

describe('a database without pgvector', () => {
  it('is told from one that has it', async () => {
    const database = await createTestDatabase();
    const plain = openDb(database.url);
    expect(await hasPgvector(plain)).toBe(false);
    expect(await hasVectorIndex(plain, scope)).toBe(false);
    await maintainVectorIndexes(plain, log);
    await plain.close();
    await database.drop();
  });
});

describe('a database with pgvector', () => {
  it('gets an index for each domain of the serving version', async () => {
    await serve('1');
    await maintainVectorIndexes(db, log);
    expect(await hasVectorIndex(db, scope)).toBe(true);
    expect(await hasVectorIndex(db, { ...scope, domainId: 2 })).toBe(true);
    expect(await indexNames()).toHaveLength(2);
  });

  it('finds what comparing with everybody finds, by the index', async () => {
    for (const seed of [-1, -2, -3]) {
      const query = { vector: vectorOf(seed), first: 10, except: new Set([2, 4]) };
      const [found] = await nearestInDatabase(db, scope, [query]);
      expect(found).toEqual(bruteForce(query.vector, 10, query.except));
    }
    expect(await measureRecall(db, scope)).toBe(1);
    const { rows } = await pglite.query<{ 'QUERY PLAN': string }>(`
      explain select customer_id from embedding
      where model = 'o''model "x"' and version = '1' and domain_id = 1
      order by (("values"::vector(${SIZE}))::halfvec(${SIZE}))
        <=> (('[${vectorOf(1).join()}]'::vector(${SIZE}))::halfvec(${SIZE})) limit 10`);
    expect(rows.map((row) => row['QUERY PLAN']).join()).toContain(
      'Index Scan using embedding_hnsw',
    );
  });

  it('is asked for the nearest few; memory for the rest', async () => {
    const asked: unknown[] = [];
    const memory = {
      nearest: async (...call: unknown[]) => {
        asked.push(call);
        return [[]];
      },
      status: () => [],
      close: async () => {},
    };
    const nearest = createNearest(db, memory);
    const few = { vector: vectorOf(-1), first: 3 };
    expect(await nearest.nearest(scope, [few])).toEqual([bruteForce(few.vector, 3, new Set())]);
    expect(asked).toEqual([]);
    const all = { vector: vectorOf(-1), first: Number.POSITIVE_INFINITY, atLeast: 0.5 };
    await nearest.nearest(scope, [all]);
    await nearest.nearest({ ...scope, version: 'none' }, [few]);
    expect(asked).toEqual([
      [scope, [all]],
      [{ ...scope, version: 'none' }, [few]],
    ]);
  });

  it('makes an unfinished index anew', async () => {
    const [name] = await indexNames();
    await pglite.exec(
      `update pg_index set indisvalid = false where indexrelid = '${name}'::regclass`,
    );
    const scopes = [scope, { ...scope, domainId: 2 }];
    for (const each of scopes) await ensureVectorIndex(db, each);
    for (const each of scopes) expect(await hasVectorIndex(db, each)).toBe(true);
    expect(await indexNames()).toHaveLength(2);
  });

  it('drops the indexes of a version that serves no more', async () => {
    const before = await indexNames();
    await serve('2');
    await maintainVectorIndexes(db, log);
    const after = await indexNames();
    expect(after).toHaveLength(2);
    expect(after.filter((name) => before.includes(name))).toEqual([]);
  });
});
