import { z } from 'zod';
import type { SegmentDeps } from '../features/segments/deps.ts';
import { failedSegments } from '../features/segments/store/failed-segments.ts';
import { refreshSegments } from '../features/segments/store/refresh-segments.ts';
import { defineJob } from './define.ts';

const payload = z.strictObject({
  /** All segments when absent. */
  keys: z.array(z.string()).optional(),
  /** Those, and no others, whose last evaluation failed when the job starts. */
  failed: z.literal(true).optional(),
});

/**
 * Evaluates segments for everybody. A segment that fails keeps its members and says why; then the
 * job fails too, unless it came to try failed ones again: they wait for the next such run.
 */
export const createSegmentRefresh = ({ catalogs }: Pick<SegmentDeps, 'catalogs'>) =>
  defineJob({
    name: 'segment-refresh',
    payload,
    async run({ keys: given, failed: again }, { deps, progress }) {
      const keys = again ? await failedSegments(deps.db) : given;
      if (keys?.length === 0) return;
      const at = deps.clock.now();
      const results = await refreshSegments(
        { ...deps, catalogs },
        { keys, at, onProgress: progress },
      );
      const failed = results.filter((result) => result.error !== undefined);
      if (failed.length === 0 || again) return;
      throw new Error(failed.map(({ key, error }) => `${key}: ${error}`).join('; '));
    },
  });
