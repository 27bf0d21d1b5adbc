import { createWorkerThread } from '../thread/worker-thread.ts';
import type { IndexChange, IndexSize } from './indexes.ts';
import type { Neighbour, Query } from './search.ts';
import type { Request } from './worker.ts';

/** The indexes of `createIndexes` on a thread of their own, which starts when it is first needed. */
export interface SimilarityThread {
  /** The rows' buffer goes to the thread and cannot be used any more. */
  update(index: string, change: IndexChange): Promise<IndexSize>;
  drop(index: string): Promise<void>;
  /** @throws MlError UNAVAILABLE when there is no such index, as after the thread has died. */
  search(index: string, queries: readonly Query[]): Promise<Neighbour[][]>;
  /** Stops the thread for good; calls under way and later ones fail. */
  close(): Promise<void>;
}

export function createSimilarityThread(): SimilarityThread {
  const { ask, close } = createWorkerThread<Request>({
    name: 'The similarity search',
    module: new URL('./worker.ts', import.meta.url),
  });
  return {
    update: (index, change) =>
      ask({ does: 'update', index, change }, [change.rows.buffer as ArrayBuffer]),
    drop: (index) => ask({ does: 'drop', index }),
    search: (index, queries) => ask({ does: 'search', index, queries }),
    close,
  };
}
