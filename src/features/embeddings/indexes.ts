import type { Queryable } from '../../db.ts';
import { CameoError } from '../../errors.ts';
import type { Logger } from '../../logger.ts';
import { MlError } from '../../ml/errors.ts';
import { bytesOf } from '../../ml/similarity/matrix.ts';
import type { Neighbour, Query } from '../../ml/similarity/search.ts';
import type { SimilarityThread } from '../../ml/similarity/thread.ts';
import type { Notifications } from '../../notifications.ts';
import type { Scope } from './models.ts';
import { countVectors } from './read-rows.ts';
import { createSyncedIndex, type SyncedIndex } from './synced-index.ts';

/** Finds nearest customers. */
export interface Nearest {
  /**
   * The nearest of a scope for each query, exactly; ties by id.
   * @throws CameoError UNAVAILABLE when the scope's vectors are more than may be in memory.
   */
  nearest(scope: Scope, queries: readonly Query[]): Promise<Neighbour[][]>;
}

export interface IndexStatus extends Scope {
  readonly rows: number;
  readonly bytes: number;
}

/** The vectors that this process has in memory, kept fresh by notifications. */
export interface Indexes extends Nearest {
  /** What is in memory, the least lately used first. */
  status(): IndexStatus[];
  close(): Promise<void>;
}

export interface IndexesDeps {
  readonly db: Queryable;
  readonly log: Logger;
  readonly notifications: Notifications;
  readonly thread: SimilarityThread;
}

/** The trigger on `embedding` says here which vectors have changed. */
const CHANNEL = 'cameo_embeddings';

const MEGABYTE = 2 ** 20;
const MOST_BYTES = 1_024 * MEGABYTE;

/**
 * Indexes load when they are first asked for. Together they take at most `mostBytes` (1 GiB when
 * absent): beyond that the least lately used go.
 */
export function createIndexes(deps: IndexesDeps, mostBytes = MOST_BYTES): Indexes {
  const { db, log, notifications, thread } = deps;
  /** In the order of their last use. */
  const indexes = new Map<string, SyncedIndex>();
  let notices: AsyncIterableIterator<string> | undefined;

  const follow = async (changes: AsyncIterableIterator<string>) => {
    for await (const notice of changes) tell(indexes.values(), notice);
  };
  const drop = async (index: SyncedIndex) => {
    if (indexes.get(index.name) !== index) return;
    indexes.delete(index.name);
    await thread.drop(index.name);
  };
  const makeRoom = async (scope: Scope) => {
    const wanted = bytesOf(await countVectors(db, scope), scope.dimensions);
    if (wanted > mostBytes) throw tooLarge(scope, wanted, mostBytes);
    const taken = () => [...indexes.values()].reduce((sum, { bytes }) => sum + bytes, 0);
    for (const index of indexes.values()) {
      if (taken() + wanted <= mostBytes) return;
      await drop(index);
    }
  };
  const open = (scope: Scope): SyncedIndex => {
    const name = nameOf(scope);
    const known = indexes.get(name);
    const index =
      known ??
      createSyncedIndex(db, thread, { name, scope }, (error) => {
        log.warn({ err: error, index: name }, 'vectors could not be refreshed');
        void drop(index).catch(() => {});
      });
    // The newest goes behind the others.
    indexes.delete(name);
    indexes.set(name, index);
    return index;
  };
  const load = async (scope: Scope): Promise<SyncedIndex> => {
    if (!notices) {
      notices = notifications.subscribe(CHANNEL);
      void follow(notices);
    }
    if (!indexes.has(nameOf(scope))) await makeRoom(scope);
    const index = open(scope);
    try {
      await index.loaded;
    } catch (error) {
      await drop(index).catch(() => {});
      throw error;
    }
    return index;
  };

  return {
    async nearest(scope, queries) {
      const index = await load(scope);
      try {
        return await thread.search(index.name, queries);
      } catch (error) {
        if (!(error instanceof MlError) || error.code !== 'UNAVAILABLE') throw error;
        // The thread has died, or the index went to make room: once more, from the database.
        await drop(index);
        return thread.search((await load(scope)).name, queries);
      }
    },
    status: () =>
      [...indexes.values()].map(({ scope, rows, bytes }) => ({ ...scope, rows, bytes })),
    async close() {
      await notices?.return?.();
      indexes.clear();
      await thread.close();
    },
  };
}

const nameOf = ({ model, version, domainId }: Scope) => JSON.stringify([model, version, domainId]);

/** The empty notice says that others may have been missed. */
function tell(indexes: Iterable<SyncedIndex>, notice: string): void {
  if (notice === '') {
    for (const index of indexes) index.reconcile();
    return;
  }
  const { model, version, ids } = JSON.parse(notice) as {
    readonly model: string;
    readonly version: string;
    readonly ids: readonly number[];
  };
  for (const index of indexes)
    if (index.scope.model === model && index.scope.version === version) index.refresh(ids);
}

const tooLarge = ({ model }: Scope, wanted: number, most: number) =>
  new CameoError(
    'UNAVAILABLE',
    `The embeddings of "${model}" in this domain need ${Math.ceil(wanted / MEGABYTE)} MB, and at most ${Math.floor(most / MEGABYTE)} MB may be in memory. Give the database the extension pgvector, which searches them there.`,
  );
