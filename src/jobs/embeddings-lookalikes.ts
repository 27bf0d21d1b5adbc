import { z } from 'zod';
import type { Deps } from '../context.ts';
import type { Nearest } from '../features/embeddings/indexes.ts';
import { staleLookalikes } from '../features/segments/lookalike/lookalike.ts';
import { refreshLookalike } from '../features/segments/lookalike/refresh.ts';
import { defineJob } from './define.ts';

/** Finds the members of learned segments anew whose source or embeddings have changed. */
export const createLookalikes = (similarity: Nearest) =>
  defineJob({
    name: 'lookalikes',
    payload: z.strictObject({}),
    async run(_, { deps, signal, progress }) {
      const stale = await staleLookalikes(deps.db);
      for (const [index, id] of stale.entries()) {
        signal.throwIfAborted();
        // One that fails says so itself, and does not keep the others from theirs.
        await refreshLookalike({ ...deps, similarity }, id, deps.clock.now());
        await progress((index + 1) / stale.length);
      }
    },
  });

/** For the schedule: whether any is out of date. */
export const hasStaleLookalikes = async ({ db }: Deps): Promise<boolean> =>
  (await staleLookalikes(db, 1)).length > 0;
