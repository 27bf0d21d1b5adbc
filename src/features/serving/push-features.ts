import { type Actor, requireRole } from '../../auth.ts';
import type { Db } from '../../db.ts';
import { CameoError } from '../../errors.ts';
import { ATTRIBUTES } from '../attributes/view.ts';
import { customersById } from '../customers/customer.ts';
import { findView } from '../store/registry.ts';
import type { FeatureStore } from '../store/store.ts';
import { CUSTOMER_KEY } from './feature-values.ts';

export interface FeatureRowInput {
  readonly key?: unknown;
  readonly eventTime: Date;
  readonly createdTime?: Date | null;
  readonly values: unknown;
}

/**
 * Writes rows of a pushed view, all or none; how many.
 * @throws CameoError FORBIDDEN below writer; NOT_FOUND for an unknown view and for a customer that
 * the actor may not see; BAD_INPUT that names the row and the field.
 */
export async function pushFeatures(
  { db, store }: { db: Db; store: FeatureStore },
  actor: Actor,
  view: string,
  rows: readonly FeatureRowInput[],
): Promise<number> {
  requireRole(actor, 'writer');
  if (view === ATTRIBUTES)
    throw new CameoError(
      'BAD_INPUT',
      `"${view}" is written by models alone; import labels instead.`,
      ['view'],
    );
  const read = rows.map((row, index) => ({
    key: requireObject(row.key ?? {}, index, 'key'),
    eventTime: row.eventTime,
    createdTime: row.createdTime ?? null,
    values: requireObject(row.values, index, 'values'),
  }));
  const keys = findView(store.registry, view).entity.keys;
  if (keys.includes(CUSTOMER_KEY))
    await requireVisible(
      db,
      actor,
      read.map((row) => Number(row.key[CUSTOMER_KEY])),
    );
  return store.push(view, read);
}

function requireObject(value: unknown, row: number, part: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  const path = ['rows', String(row), part];
  throw new CameoError('BAD_INPUT', `\`${part}\` of row ${row} must be a JSON object.`, path);
}

async function requireVisible(db: Db, actor: Actor, ids: number[]): Promise<void> {
  const askable = ids.map((id) => (Number.isInteger(id) && id > 0 ? id : 0));
  const found = await customersById(db, actor, askable);
  const unknown = found.indexOf(undefined);
  if (unknown >= 0)
    throw new CameoError('NOT_FOUND', `Row ${unknown} is for a customer that is not there.`, [
      'rows',
      String(unknown),
      'key',
    ]);
}
