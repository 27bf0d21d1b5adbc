import { createHash } from 'node:crypto';
import sql from 'sql-template-tag';
import type { FeatureValue } from '../store/feature-value.ts';
import { type RowValue, type ServiceColumn, serviceColumns, widthOf } from './columns.ts';
import { addKnown, type Joint } from './prepare.ts';
import type { PredictionRow, RowsDeps, RowsRequest } from './request.ts';
import { sourcesFor } from './sources-for.ts';

/** Differences beyond this are of arithmetic, not of customers. */
const DIGITS = 6;

/**
 * What a model is asked about these customers now (`request.at`): the living ones of the domain, in
 * the order of `customerIds`, with the same text and features as their training rows would have.
 * A row's hashes stay the same as long as nothing happens: what grows with time alone counts in days.
 *
 * @param customerIds some hundreds at a time: all are in memory at once
 * @throws CameoError NOT_FOUND for an unknown service
 */
export async function buildPredictionRows(
  deps: RowsDeps,
  request: RowsRequest,
  customerIds: readonly number[],
): Promise<PredictionRow[]> {
  const living = await livingOf(deps, request, customerIds);
  const { service } = request;
  const columns = service === undefined ? undefined : await serviceColumns(deps, service);
  const joints = await joinNow(deps, request, living);
  const subjects = await addKnown(deps, joints, columns);
  const sources = await sourcesFor(deps, request, subjects);
  return subjects.map(({ customerId, at, features }, index): PredictionRow => {
    const text = sources[index]?.text?.text;
    return {
      id: `customer:${customerId}`,
      customerId,
      group: String(customerId),
      at: new Date(at).toISOString(),
      ...(text !== undefined && { text }),
      ...(features && { features: [...features] }),
      inputHash: hashOf([text ?? null, settle(features ?? [], columns ?? [])]),
      textHash: text === undefined ? null : hashOf(text),
    };
  });
}

async function livingOf(
  { db }: RowsDeps,
  { domain }: RowsRequest,
  customerIds: readonly number[],
): Promise<number[]> {
  const rows = await db.prepared<{ id: number }>(
    'training_living',
    sql`select id from customer where id = any(${[...customerIds]}::int[])
      and domain_id = ${domain.id} and merged_into_id is null`,
  );
  const living = new Set(rows.map(({ id }) => id));
  return [...new Set(customerIds)].filter((id) => living.has(id));
}

/** Now: from the rows that the refresh keeps, which cost little. Then: by the historical join. */
async function joinNow(
  { store, clock }: RowsDeps,
  { service, at }: RowsRequest,
  customerIds: readonly number[],
): Promise<Joint[]> {
  const instant = at ?? clock.now();
  const subjects = customerIds.map((customerId) => ({ customerId, at: instant.getTime() }));
  if (service === undefined) return subjects.map((subject) => ({ subject, values: {} }));
  const keys = customerIds.map((customer_id) => ({ customer_id }));
  const rows = await store.online({ service, rows: keys, ...(at && { at }) });
  return subjects.map((subject, index) => ({ subject, values: valuesOf(rows[index] ?? {}) }));
}

const valuesOf = ({ customer_id: _, ...row }: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(row).map(([name, feature]) => [name, (feature as FeatureValue).value]),
  );

/** Values as they count for the hash. */
function settle(values: readonly RowValue[], columns: readonly ServiceColumn[]): RowValue[] {
  const drifts = columns.flatMap(({ type, drifts }) =>
    new Array<boolean>(widthOf(type)).fill(drifts),
  );
  return values.map((value, index) => {
    if (typeof value !== 'number') return value;
    return drifts[index] ? Math.floor(value) : Number(value.toPrecision(DIGITS));
  });
}

const hashOf = (value: unknown): string =>
  createHash('sha256').update(JSON.stringify(value)).digest('hex');
