import type { Deps } from '../../context.ts';
import type { Catalogs } from './catalog.ts';

/** What segments need: the ground, and where features and predictions come from. */
export interface SegmentDeps extends Deps {
  readonly catalogs: Catalogs;
}
