import sql from 'sql-template-tag';
import type { Clock } from '../../clock.ts';
import type { Queryable } from '../../db.ts';
import { normalise } from '../../ml/similarity/vectors.ts';
import { groupInOrder } from '../batch.ts';
import type { CustomerText, Embedder, EmbeddingSources } from './embedder.ts';
import type { Target } from './models.ts';

export interface EmbedDeps {
  readonly clock: Clock;
  readonly embedding: EmbeddingSources;
}

/**
 * Brings these customers' embeddings up to date in the caller's transaction: only texts whose hash has
 * changed since they were embedded by this version are embedded; who has no text, or does not live,
 * loses theirs. The text is read after this transaction got its number; of two that embed the same
 * customer the one with the later number wins, whichever writes last.
 *
 * @returns how many were embedded
 */
export async function embedCustomers(
  deps: EmbedDeps,
  tx: Queryable,
  target: Target,
  customerIds: readonly number[],
): Promise<number> {
  // A transaction gets its number with its first write, or when it is asked for.
  await tx.query(sql`select pg_current_xact_id()`);
  const texts: CustomerText[] = [];
  let embedded = 0;
  for (const { ids, ...domain } of await domainsOf(tx, target, customerIds)) {
    const read = await deps.embedding.readTexts(domain, ids, target);
    texts.push(...read);
    embedded += await embedTexts(deps, tx, target, domain.id, read);
  }
  const kept = texts.map(({ customerId }) => customerId);
  await tx.query(sql`
    delete from embedding
    where customer_id = any(${customerIds}::int4[]) and customer_id <> all(${kept}::int4[])
      and model = ${target.model} and version = ${target.version}
      and batch <= pg_current_xact_id()::text::int8`);
  return embedded;
}

/** The living of these customers whose domain the model is for, domain by domain. */
async function domainsOf(tx: Queryable, { domain }: Target, customerIds: readonly number[]) {
  const rows = await tx.query<{ customer: number; id: number; key: string }>(sql`
    select c.id as customer, d.id, d.key from customer c join domain d on d.id = c.domain_id
    where c.id = any(${customerIds}::int4[]) and c.merged_into_id is null
      and (${domain}::text is null or d.key = ${domain}::text)
    order by c.id`);
  const keys = new Map(rows.map(({ id, key }) => [id, key]));
  const groups = groupInOrder([...keys.keys()], rows, ({ id }) => id);
  return [...keys].map(([id, key], index) => {
    const ids = (groups[index] ?? []).map(({ customer }) => customer);
    return { id, key, ids };
  });
}

async function embedTexts(
  deps: EmbedDeps,
  tx: Queryable,
  target: Target,
  domainId: number,
  texts: readonly CustomerText[],
): Promise<number> {
  const known = await hashesOf(tx, target, texts);
  const due = texts.filter(({ customerId, textHash }) => known.get(customerId) !== textHash);
  if (due.length === 0) return 0;
  const embedder = await deps.embedding.loadEmbedder(target.model, target.version);
  const vectors = await embedder.embed(due.map(({ text }) => text));
  requireFit(target, embedder, due.length, vectors);
  const values = vectors.map((vector) => `{${normalise(vector).join()}}`);
  await tx.query(sql`
    insert into embedding as e
      (customer_id, model, version, domain_id, "values", text_hash, at)
    select id, ${target.model}, ${target.version}, ${domainId}, vector::real[], hash,
      ${deps.clock.now()}::timestamptz
    from unnest(
      ${due.map(({ customerId }) => customerId)}::int4[],
      ${values}::text[],
      ${due.map(({ textHash }) => textHash)}::text[]
    ) as x (id, vector, hash)
    on conflict (customer_id, model, version) do update set "values" = excluded."values",
      text_hash = excluded.text_hash, batch = excluded.batch, at = excluded.at
    where e.batch <= excluded.batch`);
  return due.length;
}

async function hashesOf(
  tx: Queryable,
  { model, version }: Target,
  texts: readonly CustomerText[],
): Promise<Map<number, string>> {
  const rows = await tx.query<{ id: number; hash: string }>(sql`
    select customer_id as id, text_hash as hash from embedding
    where customer_id = any(${texts.map(({ customerId }) => customerId)}::int4[])
      and model = ${model} and version = ${version}`);
  return new Map(rows.map(({ id, hash }) => [id, hash]));
}

function requireFit(
  { model, version, dimensions }: Target,
  embedder: Embedder,
  texts: number,
  vectors: readonly Float32Array[],
): void {
  const fits =
    embedder.version === version &&
    vectors.length === texts &&
    vectors.every((vector) => vector.length === dimensions);
  if (fits) return;
  throw new Error(
    `The embedding model "${model}" was to give ${texts} vectors of ${dimensions} numbers by its version ${version}; version ${embedder.version} gave ${vectors.length} of ${vectors[0]?.length ?? 0}. Activate the version that is there.`,
  );
}
