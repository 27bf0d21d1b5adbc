import sql from 'sql-template-tag';
import { z } from 'zod';
import type { FeatureStore } from '../features/store/store.ts';
import { defineJob } from './define.ts';

/** Computes feature views anew for everybody, page by page; a killed run goes on behind its last page. */
export const createMaterialize = (store: FeatureStore) =>
  defineJob({
    name: 'materialize',
    payload: z.strictObject({ views: z.array(z.string()).optional() }),
    async run({ views }, { deps, progress, signal }) {
      const [{ count = 1 } = {}] = await deps.db.query<{ count: number }>(
        sql`select greatest(count(*), 1) as count from customer where merged_into_id is null`,
      );
      await store.materialize({
        ...(views && { views }),
        onPage: (done) => {
          signal.throwIfAborted();
          void progress(Math.min(done / count, 1)).catch(() => {});
        },
      });
    },
  });
