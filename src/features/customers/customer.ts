import sql, { join, type Sql } from 'sql-template-tag';
import { type Actor, maySee } from '../../auth.ts';
import type { Queryable } from '../../db.ts';
import { CameoError } from '../../errors.ts';

export interface CustomerRow {
  readonly id: number;
  readonly domain: string;
  readonly traits: Record<string, unknown>;
  readonly firstSeenAt: Date | null;
  readonly lastSeenAt: Date | null;
}

/** The columns of a CustomerRow, out of `customer c join domain d`. */
export const CUSTOMER_COLUMNS: Sql = sql`c.id, d.key as domain, c.traits,
  c.first_seen_at as "firstSeenAt", c.last_seen_at as "lastSeenAt"`;

interface StoredCustomer extends CustomerRow {
  readonly mergedIntoId: number | null;
}

/** A merge chain longer than this would be a broken one. */
const MAX_CHAIN = 1_000;

/**
 * Living customers by id, in the order of `ids`; undefined where there is none or the actor may not
 * see it. The id of a merged customer gives the one that answers for it.
 */
export async function customersById(
  db: Queryable,
  actor: Actor,
  ids: readonly number[],
): Promise<(CustomerRow | undefined)[]> {
  const found = await storedById(db, ids);
  await followMerges(db, found);
  return ids.map((id) => visible(actor, survivor(found, id)));
}

async function storedById(
  db: Queryable,
  ids: readonly number[],
): Promise<Map<number, StoredCustomer>> {
  const rows = await db.prepared<StoredCustomer>(
    'customers_by_id',
    sql`select ${CUSTOMER_COLUMNS}, c.merged_into_id as "mergedIntoId"
      from customer c join domain d on d.id = c.domain_id where c.id = any(${ids}::int[])`,
  );
  return new Map(rows.map((row) => [row.id, row]));
}

/** Adds to `found` what its merged customers point to, until all chains end. */
async function followMerges(db: Queryable, found: Map<number, StoredCustomer>): Promise<void> {
  for (;;) {
    const missing = [...found.values()].flatMap((row) =>
      row.mergedIntoId !== null && !found.has(row.mergedIntoId) ? [row.mergedIntoId] : [],
    );
    if (missing.length === 0) return;
    const targets = await storedById(db, missing);
    if (targets.size === 0) return;
    for (const [id, row] of targets) found.set(id, row);
  }
}

function survivor(found: Map<number, StoredCustomer>, id: number): StoredCustomer | undefined {
  let row = found.get(id);
  for (let step = 0; row && row.mergedIntoId !== null && step < MAX_CHAIN; step += 1)
    row = found.get(row.mergedIntoId);
  return row;
}

function visible(actor: Actor, row: CustomerRow | undefined): CustomerRow | undefined {
  return row && maySee(actor, row.domain) ? row : undefined;
}

/** A name to look a customer up by; `domain` narrows it when it is known in several. */
export interface IdentityKey {
  readonly kind: string;
  readonly value: string;
  readonly domain: string | undefined;
}

/**
 * Customers by identity, in the order of `keys`; undefined where there is none that the actor may see.
 * @throws CameoError CONFLICT when a key without a domain is known in several of the actor's domains.
 */
export async function customersByIdentity(
  db: Queryable,
  actor: Actor,
  keys: readonly IdentityKey[],
): Promise<(CustomerRow | undefined)[]> {
  const rows = await db.query<CustomerRow & { kind: string; value: string }>(
    sql`select ${CUSTOMER_COLUMNS}, i.kind, i.value
      from identity i join customer c on c.id = i.customer_id join domain d on d.id = c.domain_id
      where (i.kind, i.value) in (${join(keys.map((key) => sql`(${key.kind}, ${key.value})`))})`,
  );
  return keys.map((key) => {
    const hits = rows.filter(
      (row) =>
        row.kind === key.kind &&
        row.value === key.value &&
        maySee(actor, row.domain) &&
        (key.domain === undefined || key.domain === row.domain),
    );
    return onlyOne(key, hits);
  });
}

function onlyOne(key: IdentityKey, hits: CustomerRow[]): CustomerRow | undefined {
  if (hits.length < 2) return hits[0];
  const domains = hits.map((row) => `"${row.domain}"`).join(' and ');
  throw new CameoError(
    'CONFLICT',
    `This ${key.kind} is known in the domains ${domains}: say which with \`domain\`.`,
    ['domain'],
  );
}
