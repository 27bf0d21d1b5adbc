import { createHash } from 'node:crypto';
import sql, { raw, type Sql } from 'sql-template-tag';
import type { Queryable } from '../../../db.ts';
import type { Scope } from '../models.ts';

/** halfvec came with 0.7.0, scans that go on when a filter leaves too few with 0.8.0. */
const OLDEST = [0, 8];

/**
 * Whether the database has pgvector, new enough; makes the extension where the server has it and it
 * may be made.
 */
export async function hasPgvector(db: Queryable): Promise<boolean> {
  const [found] = await db.query<{ installed: string | null; available: string }>(sql`
    select installed_version as installed, default_version as available
    from pg_available_extensions where name = 'vector'`);
  if (!found || !isRecent(found.installed ?? found.available)) return false;
  if (found.installed !== null) return true;
  return db.query(sql`create extension if not exists vector`).then(
    () => true,
    // Not everybody may: search in memory then.
    () => false,
  );
}

function isRecent(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [oldMajor = 0, oldMinor = 0] = OLDEST;
  return major > oldMajor || (major === oldMajor && minor >= oldMinor);
}

/** A vector as pgvector reads it. */
export const vectorLiteral = (vector: Float32Array): string => `[${vector.join()}]`;

/** A scope's vectors as the index holds them: 16 bits a number. */
export function halfvecSql(vector: Sql, dimensions: number): Sql {
  if (!Number.isInteger(dimensions)) throw new Error(`${dimensions} is no number of dimensions`);
  return sql`((${vector}::vector(${raw(String(dimensions))}))::halfvec(${raw(String(dimensions))}))`;
}

/** The index of a scope. Names of PostgreSQL have at most 63 bytes, models' names may be longer. */
export function indexNameOf({ model, version, domainId }: Scope): string {
  const hash = createHash('sha256').update(JSON.stringify([model, version, domainId]));
  return `${PREFIX}${hash.digest('hex').slice(0, 16)}`;
}

const PREFIX = 'embedding_hnsw_';

/**
 * Makes the HNSW index of a scope where it is missing, without holding up writers; an unfinished one
 * that a killed process has left is made anew. Not in a transaction.
 */
export async function ensureVectorIndex(db: Queryable, scope: Scope): Promise<void> {
  if (await hasVectorIndex(db, scope)) return;
  await dropVectorIndex(db, scope);
  // A definition takes no parameters: the server quotes what goes in.
  const [made] = await db.query<{ text: string }>(sql`
    select format(
      'create index concurrently %I on embedding using hnsw (%s halfvec_cosine_ops) where model = %L and version = %L and domain_id = %s',
      ${indexNameOf(scope)}::text, ${halfvecSql(sql`"values"`, scope.dimensions).text}::text,
      ${scope.model}::text, ${scope.version}::text, ${scope.domainId}::int4) as text`);
  if (made) await db.query(raw(made.text));
}

/** Whether the scope's index is there and complete. */
export async function hasVectorIndex(db: Queryable, scope: Scope): Promise<boolean> {
  const rows = await db.query(sql`
    select from pg_index i join pg_class c on c.oid = i.indexrelid
    where i.indrelid = 'embedding'::regclass and c.relname = ${indexNameOf(scope)} and i.indisvalid`);
  return rows.length > 0;
}

export async function dropVectorIndex(db: Queryable, scope: Scope): Promise<void> {
  await db.query(raw(`drop index concurrently if exists ${indexNameOf(scope)}`));
}

/** Drops the indexes of scopes that nobody searches any more. */
export async function dropOtherVectorIndexes(
  db: Queryable,
  scopes: readonly Scope[],
): Promise<void> {
  const kept = scopes.map(indexNameOf);
  const rows = await db.query<{ name: string }>(sql`
    select c.relname as name from pg_index i join pg_class c on c.oid = i.indexrelid
    where i.indrelid = 'embedding'::regclass and starts_with(c.relname, ${PREFIX})
      and c.relname <> all(${kept}::text[])`);
  for (const { name } of rows) await db.query(raw(`drop index concurrently if exists ${name}`));
}
