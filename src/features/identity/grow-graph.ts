import sql from 'sql-template-tag';
import type { Queryable } from '../../db.ts';
import type { Holder } from './graph.ts';
import type { IdentityRef } from './identity.ts';

/** Ids for customers yet to be made; those left unused leave gaps, which is fine. */
export async function reserveCustomerIds(tx: Queryable, count: number): Promise<number[]> {
  if (count === 0) return [];
  const rows = await tx.query<{ id: number }>(sql`
    SELECT nextval(pg_get_serial_sequence('customer', 'id'))::int AS id
    FROM generate_series(1, ${count}::int)`);
  return rows.map(({ id }) => id);
}

export async function insertCustomers(
  tx: Queryable,
  domainId: number,
  ids: readonly number[],
  now: Date,
): Promise<void> {
  if (ids.length === 0) return;
  await tx.query(sql`
    INSERT INTO customer (id, domain_id, created_at)
    SELECT id, ${domainId}, ${now} FROM unnest(${ids}::int[]) AS id`);
}

export interface NewIdentity extends IdentityRef, Holder {}

export async function insertIdentities(
  tx: Queryable,
  domainId: number,
  identities: readonly NewIdentity[],
  now: Date,
): Promise<void> {
  if (identities.length === 0) return;
  await tx.query(sql`
    INSERT INTO identity (domain_id, kind, value, customer_id, origin_customer_id, created_at)
    SELECT ${domainId}, kind, value, customer, origin, ${now}
    FROM unnest(
      ${identities.map(({ kind }) => kind)}::text[],
      ${identities.map(({ value }) => value)}::text[],
      ${identities.map(({ customer }) => customer)}::int[],
      ${identities.map(({ origin }) => origin)}::int[]
    ) AS name(kind, value, customer, origin)`);
}

/** Says in the transaction that did it that these customers' features and segments are out of date. */
export async function markChanged(
  tx: Queryable,
  customers: readonly number[],
  now: Date,
): Promise<void> {
  if (customers.length === 0) return;
  await tx.query(sql`
    INSERT INTO customer_change (customer_id, created_at)
    SELECT id, ${now} FROM unnest(${customers}::int[]) AS id`);
}
