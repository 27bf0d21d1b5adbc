import sql from 'sql-template-tag';
import type { Queryable } from '../db.ts';

/** Customers that this transaction has for itself, in ascending order, and what to do once they are worked off. */
export interface Claim {
  readonly customers: readonly number[];
  settle(tx: Queryable): Promise<void>;
}

/** Where customers to refresh come from. */
export interface Source {
  /** Claims the next page, or those of `among` that nobody else has. */
  claim(tx: Queryable, among?: readonly number[]): Promise<Claim>;
  /** What to do with those that failed the last time: try each alone, or leave them to their retry. */
  readonly known: 'alone' | 'skip';
  /** Settling takes customers out of the source, so that a failed one does not come again. */
  readonly consumes: boolean;
}

/** The log of changed customers. */
export const changedCustomers = (pageSize: number): Source => ({
  known: 'alone',
  consumes: true,
  claim: async (tx, among) => claimChanges(tx, among ?? (await nextChanged(tx, pageSize))),
});

/** Customers that a question finds again as long as they are not refreshed. */
export const customersFrom = (
  ask: (tx: Queryable) => Promise<readonly number[]>,
  known: Source['known'],
): Source => ({
  known,
  consumes: false,
  claim: async (tx, among) => ({
    customers: [...(among ?? (await ask(tx)))].sort((a, b) => a - b),
    settle: async () => {},
  }),
});

/** Whose changes have waited longest, of those that no other refresh works on. */
async function nextChanged(tx: Queryable, limit: number): Promise<number[]> {
  const rows = await tx.query<{ customer_id: number }>(sql`
    with page as materialized (
      select customer_id from customer_change order by id limit ${limit} for update skip locked
    )
    select distinct customer_id from page order by customer_id`);
  return rows.map((row) => row.customer_id);
}

/**
 * Takes all changes of these customers. A customer of whom another refresh holds even one change is
 * left out: of two that refresh the same customer the one that looked first could write last.
 */
async function claimChanges(tx: Queryable, customers: readonly number[]): Promise<Claim> {
  const rows = await tx.query<{ id: number; customer_id: number }>(sql`
    with held as materialized (
      select id, customer_id from customer_change
      where customer_id = any(${customers}::int[])
      for update skip locked
    ), present as (
      select customer_id, count(*) as changes from customer_change
      where customer_id = any(${customers}::int[]) group by customer_id
    ), whole as (
      select held.customer_id from held join present using (customer_id)
      group by held.customer_id, present.changes having count(*) = present.changes
    )
    select id, customer_id from held join whole using (customer_id)`);
  const ids = rows.map(({ id }) => id);
  return {
    customers: [...new Set(rows.map((row) => row.customer_id))].sort((a, b) => a - b),
    // Changes that came after the claim stay for the next one.
    settle: async (next) => {
      await next.query(sql`delete from customer_change where id = any(${ids}::bigint[])`);
    },
  };
}
