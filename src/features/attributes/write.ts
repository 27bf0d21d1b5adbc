import sql from 'sql-template-tag';
import type { Clock } from '../../clock.ts';
import type { Queryable } from '../../db.ts';
import type { FeatureStore } from '../store/store.ts';
import { ATTRIBUTES, featuresOf } from './view.ts';

export interface AttributeDeps {
  readonly clock: Clock;
  readonly store: FeatureStore;
}

/** The first half of the lock's number; the second is the domain's id. */
const ATTRIBUTES_LOCK = 72_707_011;

/**
 * Writes what text-to-text models say of these customers by now as a row of the view of attributes, in
 * the transaction that wrote the predictions. Rows are never changed: the view keeps what was known
 * when. A row holds all attributes of a customer, whichever models they are of: hence the lock, under
 * which everybody sees what the one before has written.
 */
export async function writeAttributes(
  { clock, store }: AttributeDeps,
  tx: Queryable,
  domainId: number,
  customerIds: readonly number[],
): Promise<void> {
  if (customerIds.length === 0 || !store.registry.views.has(ATTRIBUTES)) return;
  await tx.query(sql`select pg_advisory_xact_lock(${ATTRIBUTES_LOCK}::int, ${domainId}::int)`);
  const customers = await readGenerated(tx, customerIds);
  const now = clock.now();
  const rows = customers.map(({ id, attributes }) => ({
    ...{ key: { customer_id: id }, eventTime: now, createdTime: now },
    values: valuesOf(store, attributes),
  }));
  await store.push(ATTRIBUTES, rows, tx);
}

interface Generated {
  readonly task: string;
  readonly value: string | readonly string[] | null;
  readonly confidence: number | null;
  readonly version: number;
}

/** The living of these customers, also those of whom nothing is said. */
function readGenerated(tx: Queryable, ids: readonly number[]) {
  return tx.query<{ id: number; attributes: Generated[] }>(sql`
    select c.id, coalesce(jsonb_agg(jsonb_build_object('task', p.task, 'value', p.value,
        'confidence', p.probability, 'version', p.version_id)) filter (where p.task is not null),
      '[]') as attributes
    from customer c left join (
      prediction p join model_version v on v.id = p.version_id
        join model m on m.id = v.model_id and m.kind = 'GENERATE'
    ) on p.customer_id = c.id
    where c.id = any(${ids}::int[]) and c.merged_into_id is null
    group by c.id`);
}

function valuesOf(
  { registry }: FeatureStore,
  attributes: readonly Generated[],
): Record<string, unknown> {
  const view = registry.views.get(ATTRIBUTES);
  const kinds = new Map(view?.features.map(({ name, type }) => [name, type.kind]));
  const values: Record<string, unknown> = {};
  for (const { task, value, confidence, version } of attributes) {
    const names = featuresOf(task);
    const kind = kinds.get(names.value);
    // Done again, the work takes in what another process has just added.
    if (!kind)
      throw new Error(`The view "${ATTRIBUTES}" has no feature for the task "${task}" yet.`);
    values[names.value] = kind === 'list' ? asList(value) : asText(value);
    values[names.confidence] = confidence;
    values[names.version] = version;
  }
  return values;
}

type Value = Generated['value'];

const asList = (value: Value) => (typeof value === 'string' ? [value] : value);
const asText = (value: Value) => (Array.isArray(value) ? value.join('; ') : value);
