import sql from 'sql-template-tag';
import { type Actor, maySee } from '../../auth.ts';
import type { Queryable } from '../../db.ts';
import { CameoError } from '../../errors.ts';
import type { IdentityRef } from './identity.ts';

/** `CustomerKey` of the contract: exactly one of the two. */
export interface CustomerKey {
  readonly id?: string | null | undefined;
  readonly identity?: IdentityRef | null | undefined;
}

export interface FoundCustomer {
  /** The living customer that answers to the key. */
  readonly id: number;
  /** The customer that an unmerge would give it to. */
  readonly origin: number;
  readonly domainId: number;
  readonly domain: string;
}

const INT4 = /^[1-9]\d{0,8}$|^1\d{9}$|^20\d{8}$/;

/**
 * The living customer behind an id or a name; names are looked up in `domain` (its key).
 * @throws CameoError NOT_FOUND with `path` when there is none that the actor may see.
 */
export async function findCustomer(
  tx: Queryable,
  actor: Actor,
  key: CustomerKey,
  domain: string | undefined,
  path: readonly string[],
): Promise<FoundCustomer> {
  const found = key.identity
    ? await byIdentity(tx, key.identity, domain)
    : await byId(tx, key.id ?? '');
  if (found && maySee(actor, found.domain) && (!domain || domain === found.domain)) return found;
  throw new CameoError('NOT_FOUND', 'No such customer in this domain.', path);
}

async function byId(tx: Queryable, id: string): Promise<FoundCustomer | undefined> {
  if (!INT4.test(id)) return undefined;
  const rows = await tx.prepared<FoundCustomer>(
    'customer-by-id',
    sql`
      SELECT coalesce(c.merged_into_id, c.id) AS id, c.id AS origin,
        c.domain_id AS "domainId", d.key AS domain
      FROM customer c JOIN domain d ON d.id = c.domain_id WHERE c.id = ${Number(id)}`,
  );
  return rows[0];
}

async function byIdentity(
  tx: Queryable,
  { kind, value }: IdentityRef,
  domain: string | undefined,
): Promise<FoundCustomer | undefined> {
  // PostgreSQL has no NUL in text, so no customer has such a name.
  if (domain === undefined || kind.includes('\0') || value.includes('\0')) return undefined;
  const rows = await tx.prepared<FoundCustomer>(
    'customer-by-identity',
    sql`
      SELECT i.customer_id AS id, i.origin_customer_id AS origin,
        d.id AS "domainId", d.key AS domain
      FROM domain d JOIN identity i ON i.domain_id = d.id
      WHERE d.key = ${domain} AND i.kind = ${kind} AND i.value = ${value}`,
  );
  return rows[0];
}
