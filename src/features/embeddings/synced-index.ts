import type { Queryable } from '../../db.ts';
import type { SimilarityThread } from '../../ml/similarity/thread.ts';
import type { Scope } from './models.ts';
import { readPages, readVectors, type VectorRow } from './read-rows.ts';

/** One scope's vectors in memory, kept like those in the database. */
export interface SyncedIndex {
  readonly name: string;
  readonly scope: Scope;
  /** Rejects when the vectors could not be read the first time. */
  readonly loaded: Promise<void>;
  readonly rows: number;
  readonly bytes: number;
  /** These customers' vectors have changed, or are gone. */
  refresh(customerIds: readonly number[]): void;
  /** Any may have changed: compares all and reads those that have. */
  reconcile(): void;
}

/** What a vector's batch takes in a Map, about. */
const STAMP_BYTES = 48;

/** Starts to load. `onError` hears of later failures; the next `reconcile` makes up for them. */
export function createSyncedIndex(
  db: Queryable,
  thread: SimilarityThread,
  { name, scope }: Pick<SyncedIndex, 'name' | 'scope'>,
  onError: (error: Error) => void,
): SyncedIndex {
  const batches = new Map<number, number>();
  let bytes = 0;
  let turn: Promise<void>;

  const apply = async (changed: readonly VectorRow[], removed: readonly number[]) => {
    const { dimensions } = scope;
    const rows = new Float32Array(changed.length * dimensions);
    for (const [place, { vector }] of changed.entries()) rows.set(vector, place * dimensions);
    const ids = changed.map(({ id }) => id);
    ({ bytes } = await thread.update(name, { dimensions, ids, rows, removed }));
    for (const { id, batch } of changed) batches.set(id, batch);
    for (const id of removed) batches.delete(id);
  };
  const compare = async () => {
    const gone = new Set(batches.keys());
    // An empty scope has an index too.
    await apply([], []);
    for await (const { changed, present } of readPages(db, scope, batches)) {
      for (const id of present) gone.delete(id);
      if (changed.length > 0) await apply(changed, []);
    }
    if (gone.size > 0) await apply([], [...gone]);
  };
  const read = async (ids: readonly number[]) => {
    const found = await readVectors(db, scope, ids);
    const present = new Set(found.map(({ id }) => id));
    const removed = ids.filter((id) => batches.has(id) && !present.has(id));
    const changed = found.filter(({ id, batch }) => batches.get(id) !== batch);
    if (changed.length + removed.length > 0) await apply(changed, removed);
  };
  const queue = (work: () => Promise<void>) => {
    turn = turn.then(work).catch(onError);
  };

  const loaded = compare();
  turn = loaded.catch(() => {});
  return {
    name,
    scope,
    loaded,
    get rows() {
      return batches.size;
    },
    get bytes() {
      return bytes + batches.size * STAMP_BYTES;
    },
    refresh: (ids) => queue(() => read(ids)),
    reconcile: () => queue(compare),
  };
}
