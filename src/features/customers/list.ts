import sql, { join, type Sql } from 'sql-template-tag';
import { type Actor, requireDomain } from '../../auth.ts';
import type { Queryable } from '../../db.ts';
import { type Page, type PageArguments, readPage } from '../page.ts';
import { CUSTOMER_COLUMNS, type CustomerRow } from './customer.ts';
import { type CustomerOrder, type OrderDeps, orderOf, type SortedCustomer } from './order.ts';
import { type TraitTest, traitHolds } from './trait-filter.ts';

export interface DateTimeRange {
  readonly gt?: Date | null;
  readonly gte?: Date | null;
  readonly lt?: Date | null;
  readonly lte?: Date | null;
}

export interface CustomerFilter {
  readonly domain?: string | null;
  readonly segment?: string | null;
  /** Tests of the current traits, with the meanings that they have in segment rules. */
  readonly traits?: readonly TraitTest[] | null;
  readonly firstSeenAt?: DateTimeRange | null;
  readonly lastSeenAt?: DateTimeRange | null;
}

export interface ListDeps extends OrderDeps {
  readonly db: Queryable;
}

/**
 * One keyset page of living customers that the actor may see.
 * @throws CameoError BAD_INPUT for a bad page, order or trait test, FORBIDDEN for a domain that the
 * key is not for.
 */
export async function listCustomers(
  deps: ListDeps,
  actor: Actor,
  filter: CustomerFilter,
  order: readonly CustomerOrder[],
  page: PageArguments,
): Promise<Page<CustomerRow>> {
  const where = matching(actor, filter);
  const { joins, columns, keys } = orderOf(deps, order);
  return readPage<SortedCustomer>(page, keys, (beyond, by, limit) =>
    deps.db.query<SortedCustomer>(sql`select ${CUSTOMER_COLUMNS}, ${columns}
      from customer c join domain d on d.id = c.domain_id ${joins}
      where ${where} and ${beyond} order by ${by} limit ${limit}`),
  );
}

/** How many customers the filter matches. */
export async function countCustomers(
  db: Queryable,
  actor: Actor,
  filter: CustomerFilter,
): Promise<number> {
  const [row] = await db.query<{ count: number }>(sql`select count(*) as count
    from customer c join domain d on d.id = c.domain_id
    where ${matching(actor, filter)}`);
  return row?.count ?? 0;
}

function matching(actor: Actor, filter: CustomerFilter): Sql {
  return join(
    [
      sql`c.merged_into_id is null`,
      inDomains(actor, filter.domain ?? undefined),
      ...(filter.segment ? [memberOf(filter.segment)] : []),
      ...(filter.traits ?? []).map(traitHolds),
      ...within(sql`c.first_seen_at`, filter.firstSeenAt),
      ...within(sql`c.last_seen_at`, filter.lastSeenAt),
    ],
    ' and ',
  );
}

function inDomains(actor: Actor, domain: string | undefined): Sql {
  if (domain !== undefined) requireDomain(actor, domain);
  if (domain !== undefined) return sql`d.key = ${domain}`;
  return actor.domains === 'all' ? sql`true` : sql`d.key = any(${actor.domains}::text[])`;
}

function memberOf(segment: string): Sql {
  return sql`exists (select from segment_membership m join segment s on s.id = m.segment_id
    where s.key = ${segment} and m.customer_id = c.id and m.exited_at is null)`;
}

function within(column: Sql, range: DateTimeRange | null | undefined): Sql[] {
  return [
    ...(range?.gt ? [sql`${column} > ${range.gt}`] : []),
    ...(range?.gte ? [sql`${column} >= ${range.gte}`] : []),
    ...(range?.lt ? [sql`${column} < ${range.lt}`] : []),
    ...(range?.lte ? [sql`${column} <= ${range.lte}`] : []),
  ];
}
