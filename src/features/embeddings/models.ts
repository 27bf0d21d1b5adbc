import sql from 'sql-template-tag';
import type { Queryable } from '../../db.ts';
import { CameoError } from '../../errors.ts';

/** A version of a model, and whose embeddings it makes. */
export interface Target {
  readonly model: string;
  readonly version: string;
  /** Numbers in a vector. */
  readonly dimensions: number;
  /** The key of the domain; null: all. */
  readonly domain: string | null;
}

/** One domain's embeddings by one version: what is searched together. */
export interface Scope extends Omit<Target, 'domain'> {
  readonly domainId: number;
}

/**
 * Makes a version the one that customers are embedded with. Until a refresh has reached everybody,
 * searches go on with the version before. Does nothing when it is that version already.
 */
export async function activateEmbeddingModel(
  tx: Queryable,
  { model, version, dimensions, domain }: Target,
  at: Date,
): Promise<void> {
  await tx.query(sql`
    insert into embedding_model as m (model, version, dimensions, domain, activated_at)
    values (${model}, ${version}, ${dimensions}, ${domain}, ${at})
    on conflict (model) do update set version = excluded.version, dimensions = excluded.dimensions,
      domain = excluded.domain, activated_at = excluded.activated_at
    where (m.version, m.domain) is distinct from (excluded.version, excluded.domain)`);
}

/** The versions that customers are to be embedded with: of all models, or of one. */
export async function embeddingTargets(db: Queryable, model?: string): Promise<Target[]> {
  const targets = await db.query<Target>(sql`
    select model, version, dimensions, domain from embedding_model
    where ${model ?? null}::text is null or model = ${model ?? null}::text order by model`);
  if (model !== undefined && targets.length === 0)
    throw new CameoError('NOT_FOUND', `There is no embedding model "${model}" in use.`, ['model']);
  return targets;
}

/** Everybody has an embedding by these versions now: searches use them, older vectors go. */
export async function serveTargets(tx: Queryable, targets: readonly Target[]): Promise<void> {
  for (const { model, version } of targets) {
    const served = await tx.query(sql`
      update embedding_model set serving = version
      where model = ${model} and version = ${version} returning model`);
    if (served.length > 0)
      await tx.query(sql`delete from embedding where model = ${model} and version <> ${version}`);
  }
}

/**
 * The version that answers for a domain: of the named model, else of the one activated last among
 * those for this domain alone, else among those for all.
 * @throws CameoError NOT_FOUND when there is none yet.
 */
export async function servingScope(
  db: Queryable,
  domain: { readonly id: number; readonly key: string },
  model?: string | null,
): Promise<Scope> {
  const [scope] = await db.query<Scope>(sql`
    select m.*, ${domain.id}::int as "domainId"
    from (${servingSql(sql`${domain.key}`, model)}) m`);
  if (!scope) throw noModel(domain.key, model);
  return scope;
}

/** `select model, version, dimensions`: at most one row. @param domain the domain's key, as SQL */
export const servingSql = (domain: ReturnType<typeof sql>, model: string | null | undefined) => sql`
  select model, serving as version, dimensions from embedding_model
  where serving is not null and (domain is null or domain = ${domain})
    and (${model ?? null}::text is null or model = ${model ?? null}::text)
  order by domain is null, activated_at desc, model limit 1`;

export const noModel = (domain: string, model?: string | null): CameoError =>
  new CameoError(
    'NOT_FOUND',
    model
      ? `The embedding model "${model}" does not serve the domain "${domain}", or not yet.`
      : `No embedding model serves the domain "${domain}" yet: train one with modelTrain (kind EMBED) and promote it.`,
    ['model'],
  );
