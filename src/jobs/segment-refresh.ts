import { z } from 'zod';
import type { SegmentDeps } from '../features/segments/deps.ts';
import { refreshSegments } from '../features/segments/store/refresh-segments.ts';
import { defineJob } from './define.ts';

/** Evaluates segments for everybody. A segment that fails keeps its members; then the job fails too. */
export const createSegmentRefresh = ({ catalogs }: Pick<SegmentDeps, 'catalogs'>) =>
  defineJob({
    name: 'segment-refresh',
    payload: z.strictObject({ keys: z.array(z.string()).optional() }),
    async run({ keys }, { deps, progress }) {
      const at = deps.clock.now();
      const results = await refreshSegments(
        { ...deps, catalogs },
        { keys, at, onProgress: progress },
      );
      const failed = results.filter((result) => result.error !== undefined);
      if (failed.length === 0) return;
      throw new Error(failed.map(({ key, error }) => `${key}: ${error}`).join('; '));
    },
  });
