import sql, { empty, join, raw, type Sql } from 'sql-template-tag';
import { CameoError } from '../../errors.ts';
import type { SortKey } from '../page.ts';
import type { CustomerRow } from './customer.ts';

/** Exactly one of `field` and `feature`; missing values come last in both directions. */
export interface CustomerOrder {
  readonly field?: 'ID' | 'FIRST_SEEN_AT' | 'LAST_SEEN_AT' | null;
  readonly feature?: string | null;
  /** The instant as of which the feature counts. */
  readonly at?: Date | null;
  /** Ascending when absent. */
  readonly direction?: 'ASC' | 'DESC' | null;
}

/** A customer with the values it was sorted by: `sort0`, `missing0`, `sort1`, ... */
export type SortedCustomer = CustomerRow & Readonly<Record<string, unknown>>;

export interface OrderDeps {
  /**
   * A query of (customer_id int, value float8) for a numeric or time feature as of an instant;
   * undefined for a name that is none.
   */
  readonly sortableFeature: (name: string, at: Date | undefined) => Sql | undefined;
}

interface Order {
  readonly joins: Sql;
  readonly columns: Sql;
  readonly keys: SortKey<SortedCustomer>[];
}

const MAX_ORDERS = 4;

/**
 * The joins, extra columns and sort keys of an order; ids break ties.
 * @throws CameoError BAD_INPUT for more than 4 orders, an order with not exactly one of field and
 * feature, an unknown feature.
 */
export function orderOf(deps: OrderDeps, orders: readonly CustomerOrder[]): Order {
  if (orders.length > MAX_ORDERS)
    throw new CameoError('BAD_INPUT', `At most ${MAX_ORDERS} orders, please.`, ['orderBy']);
  const parts = orders.map((order, position) => partOf(deps, order, position));
  return {
    joins: join([empty, ...parts.map((part) => part.join)], ' '),
    columns: join([sql`c.id as "sortId"`, ...parts.flatMap((part) => part.columns)]),
    keys: [...parts.flatMap((part) => part.keys), idKey(directionOfIds(orders))],
  };
}

/** `orderBy: { field: ID, direction: DESC }` needs no key but the id itself. */
function directionOfIds(orders: readonly CustomerOrder[]): boolean {
  return orders.find((order) => order.field === 'ID')?.direction === 'DESC';
}

function idKey(descending: boolean): SortKey<SortedCustomer> {
  return { expression: sql`c.id`, cast: sql`int`, descending, value: (row) => row.id };
}

interface Part {
  readonly join: Sql;
  readonly columns: Sql[];
  readonly keys: SortKey<SortedCustomer>[];
}

function partOf(deps: OrderDeps, order: CustomerOrder, position: number): Part {
  const path = ['orderBy', String(position)];
  if ((order.field == null) === (order.feature == null))
    throw new CameoError('BAD_INPUT', 'An order has exactly one of `field` and `feature`.', path);
  if (order.field === 'ID') return { join: empty, columns: [], keys: [] };
  if (order.field != null) return timePart(order, position);
  return featurePart(deps, order, position, path);
}

function timePart(order: CustomerOrder, position: number): Part {
  const column = order.field === 'FIRST_SEEN_AT' ? sql`c.first_seen_at` : sql`c.last_seen_at`;
  const seconds = sql`coalesce(extract(epoch from ${column}), 0)::float8`;
  return { join: empty, ...nullsLast(column, seconds, order, position) };
}

function featurePart(
  deps: OrderDeps,
  order: CustomerOrder,
  position: number,
  path: string[],
): Part {
  const values = deps.sortableFeature(order.feature ?? '', order.at ?? undefined);
  if (!values)
    throw new CameoError(
      'BAD_INPUT',
      `There is no numeric or time feature "${order.feature}" of customers.`,
      path,
    );
  const alias = raw(`f${position}`);
  const number = sql`${alias}.value`;
  return {
    join: sql`left join (${values}) ${alias} on ${alias}.customer_id = c.id`,
    ...nullsLast(number, sql`coalesce(${number}, 0)`, order, position),
  };
}

/** Two sort keys for a column that may be NULL: first whether it is, then its value. */
function nullsLast(column: Sql, value: Sql, order: CustomerOrder, position: number) {
  const [missing, sort] = [`missing${position}`, `sort${position}`];
  return {
    columns: [sql`(${column} is null) as ${raw(missing)}`, sql`${value} as ${raw(sort)}`],
    keys: [
      {
        expression: sql`(${column} is null)`,
        cast: sql`boolean`,
        descending: false,
        value: (row: SortedCustomer) => row[missing] as boolean,
      },
      {
        expression: value,
        cast: sql`float8`,
        descending: order.direction === 'DESC',
        value: (row: SortedCustomer) => row[sort] as number,
      },
    ],
  };
}
