import sql from 'sql-template-tag';
import type { Actor } from '../../auth.ts';
import type { Deps } from '../../context.ts';
import { CameoError } from '../../errors.ts';
import { groupInOrder } from '../batch.ts';
import { type CustomerRow, customersById } from '../customers/customer.ts';
import { floatsSql, readFloats } from './floats.ts';
import type { Nearest } from './indexes.ts';
import { noModel, type Scope, servingSql } from './models.ts';

/** What questions about similarity need. */
export interface SimilarityDeps extends Deps {
  readonly similarity: Nearest;
}

export interface SimilarRow {
  /** Whom the customer is like. */
  readonly of: number;
  readonly customer: CustomerRow;
  /** Cosine of their embeddings, -1 to 1. */
  readonly similarity: number;
}

export interface SimilarArguments {
  /** 1 to 100. */
  readonly first: number;
  readonly model?: string | null | undefined;
}

const MOST = 100;
/** Found beside those asked for, as some may have been merged since they were embedded. */
const SPARE = 5;

/**
 * The living customers of the same domain whose embeddings are nearest, nearest first, ties by id; in
 * the order of `customerIds`. Nobody for one who has no embedding (yet), and none where no model serves
 * the domain. A fixed number of statements.
 *
 * @throws CameoError BAD_INPUT for a `first` outside 1 to 100; NOT_FOUND when a model is named that does
 * not serve the domain.
 */
export async function similarCustomers(
  deps: SimilarityDeps,
  actor: Actor,
  customerIds: readonly number[],
  { first, model }: SimilarArguments,
): Promise<SimilarRow[][]> {
  if (first < 1 || first > MOST)
    throw new CameoError('BAD_INPUT', `\`first\` is ${first}; it goes from 1 to ${MOST}.`, [
      'first',
    ]);
  const subjects = await subjectsOf(deps, customerIds, model);
  const pairs = await nearestOf(deps, subjects, first + SPARE);
  const rows = await withCustomers(deps, actor, pairs);
  return groupInOrder(customerIds, rows, ({ of }) => of).map((own) => own.slice(0, first));
}

interface Subject {
  readonly id: number;
  readonly scope: Scope;
  readonly vector: Float32Array;
}

/** Each customer's vector, by the version that serves the customer's domain. */
async function subjectsOf(
  { db }: SimilarityDeps,
  customerIds: readonly number[],
  model: string | null | undefined,
): Promise<Subject[]> {
  const rows = await db.query<{
    id: number;
    domain: string;
    scope: Scope | null;
    bytes: Buffer | null;
  }>(sql`
    select c.id, d.key as domain, ${floatsSql(sql`e."values"`)} as bytes,
      case when m.model is not null then json_build_object('model', m.model, 'version', m.version,
        'dimensions', m.dimensions, 'domainId', d.id) end as scope
    from customer c join domain d on d.id = c.domain_id
      left join lateral (${servingSql(sql`d.key`, model)}) m on true
      left join embedding e
        on e.customer_id = c.id and e.model = m.model and e.version = m.version
    where c.id = any(${customerIds}::int4[])`);
  return rows.flatMap(({ id, domain, scope, bytes }) => {
    if (!scope && model) throw noModel(domain, model);
    return scope && bytes ? [{ id, scope, vector: readFloats(bytes) }] : [];
  });
}

interface Pair {
  readonly of: number;
  readonly id: number;
  readonly similarity: number;
}

async function nearestOf(
  { similarity }: SimilarityDeps,
  subjects: readonly Subject[],
  first: number,
): Promise<Pair[]> {
  const scopes = new Map(subjects.map(({ scope }) => [scope.domainId, scope]));
  const found = await Promise.all(
    [...scopes.values()].map(async (scope) => {
      const here = subjects.filter((subject) => subject.scope.domainId === scope.domainId);
      const queries = here.map(({ id, vector }) => ({ vector, first, except: new Set([id]) }));
      const lists = await similarity.nearest(scope, queries);
      return here.flatMap(({ id: of }, index) =>
        (lists[index] ?? []).map((neighbour) => ({ of, ...neighbour })),
      );
    }),
  );
  return found.flat();
}

/** Without those who do not live any more: what is in memory is a moment old. */
async function withCustomers(
  { db }: SimilarityDeps,
  actor: Actor,
  pairs: readonly Pair[],
): Promise<SimilarRow[]> {
  if (pairs.length === 0) return [];
  const ids = [...new Set(pairs.map(({ id }) => id))];
  const customers = await customersById(db, actor, ids);
  const living = new Map(ids.map((id, index) => [id, customers[index]]));
  return pairs.flatMap(({ of, id, similarity }) => {
    const customer = living.get(id);
    return customer?.id === id ? [{ of, customer, similarity }] : [];
  });
}
