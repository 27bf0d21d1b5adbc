import sql from 'sql-template-tag';
import type { Queryable } from '../../db.ts';
import type { KnownPii } from '../../ml/text/mask.ts';
import { isNameTrait } from '../../ml/text/private-traits.ts';

interface KnownRow {
  readonly customerId: number;
  readonly kind: string;
  readonly value: string;
}

const NOTHING: KnownPii = {};

/**
 * What is known of each customer: names of all kinds that point to them, and what traits ever said
 * they are called, those of customers merged into them included. Whoever is asked for is in the map.
 */
export async function knownPiiOf(
  db: Queryable,
  customerIds: readonly number[],
): Promise<ReadonlyMap<number, KnownPii>> {
  const ids = [...new Set(customerIds)];
  const identities = await db.prepared<KnownRow>(
    'training_identities',
    sql`select customer_id as "customerId", kind, value from identity
      where customer_id = any(${ids}::int[])`,
  );
  const traits = await db.prepared<KnownRow>(
    'training_name_traits',
    sql`select distinct coalesce(c.merged_into_id, c.id) as "customerId", 'trait:' || t.name as kind,
        t.value #>> '{}' as value
      from customer c join trait_value t on t.customer_id = c.id
      where (c.id = any(${ids}::int[]) or c.merged_into_id = any(${ids}::int[]))
        and jsonb_typeof(t.value) = 'string'
      union
      select c.id, 'trait:' || t.key, t.value #>> '{}' from customer c, jsonb_each(c.traits) t
      where c.id = any(${ids}::int[]) and jsonb_typeof(t.value) = 'string'`,
  );
  return collect(ids, [...identities, ...traits]);
}

/** The same for a customer that the map lacks: nothing is known. */
export const knownOf = (known: ReadonlyMap<number, KnownPii>, customerId: number): KnownPii =>
  known.get(customerId) ?? NOTHING;

function collect(ids: readonly number[], rows: readonly KnownRow[]): Map<number, KnownPii> {
  const empty = () => ({ names: [], emails: [], phones: [], ids: [] });
  const found = new Map<number, Record<'names' | 'emails' | 'phones' | 'ids', string[]>>(
    ids.map((id) => [id, empty()]),
  );
  for (const { customerId, kind, value } of rows) {
    const field = fieldOf(kind);
    if (field) found.get(customerId)?.[field].push(value);
  }
  return found;
}

function fieldOf(kind: string): 'names' | 'emails' | 'phones' | 'ids' | undefined {
  if (kind.startsWith('trait:')) return isNameTrait(kind.slice(6)) ? 'names' : undefined;
  if (/mail/i.test(kind)) return 'emails';
  return /phone|mobile|tel/i.test(kind) ? 'phones' : 'ids';
}
