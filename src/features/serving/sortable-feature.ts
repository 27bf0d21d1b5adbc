import sql, { type Sql } from 'sql-template-tag';
import type { FeatureStore } from '../store/store.ts';

const NUMERIC = new Set(['int', 'double']);

/**
 * A numeric or time feature of all customers as `select customer_id, value float8`, to sort them by;
 * instants count in seconds. Undefined for a name that is none, or none that sorts.
 */
export function sortableFeature(
  store: FeatureStore,
  name: string,
  at: Date | undefined,
): Sql | undefined {
  const found = store.customerFeatureSql(name, at ?? 'now');
  if (!found) return undefined;
  const text = sql`(v.value #>> '{}')`;
  const values = sql`from (${found.valueSql}) v`;
  if (NUMERIC.has(found.type.kind))
    return sql`select v.customer_id, ${text}::float8 as value ${values}`;
  if (found.type.kind !== 'timestamp') return undefined;
  return sql`select v.customer_id, extract(epoch from ${text}::timestamptz)::float8 as value ${values}`;
}
