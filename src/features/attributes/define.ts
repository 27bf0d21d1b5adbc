import sql from 'sql-template-tag';
import type { Queryable } from '../../db.ts';
import { CameoError } from '../../errors.ts';
import type { FeatureStore } from '../store/store.ts';
import { ATTRIBUTES, attributesView, featuresOf, storedTypes, typesOf } from './view.ts';

/** The feature view of attributes has grown: processes take it in. */
export const ATTRIBUTES_CHANNEL = 'attributes_defined';

export interface DefineDeps {
  readonly db: Queryable;
  readonly store: FeatureStore;
}

const MOST_TRIES = 5;

/**
 * Sees to it that the view of attributes has features for these tasks, in the database and in this
 * process; what other processes have added is taken in too. What a feature is, a text or a list of texts,
 * is settled by who adds it first.
 * @param tasks each with whether its values are lists
 */
export async function defineAttributes(
  deps: DefineDeps,
  tasks: ReadonlyMap<string, boolean>,
): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await addMissing(deps, tasks);
    } catch (error) {
      // Another process has added some in between: what it knows is taken in, and ours added.
      const raced = error instanceof CameoError && error.code === 'CONFLICT';
      if (!raced || tries === MOST_TRIES) throw error;
    }
  }
}

async function addMissing(
  { db, store }: DefineDeps,
  tasks: ReadonlyMap<string, boolean>,
): Promise<void> {
  const stored = await storedTypes(db);
  const missing = [...tasks].filter(([task]) => !(featuresOf(task).value in stored));
  const types = Object.assign({}, stored, ...missing.map(([task, list]) => typesOf(task, list)));
  const known = store.registry.views.get(ATTRIBUTES)?.features.length ?? 0;
  if (Object.keys(types).length === known) return;
  await store.define(attributesView(types));
  if (missing.length > 0) await db.query(sql`select pg_notify(${ATTRIBUTES_CHANNEL}, 'grown')`);
}
