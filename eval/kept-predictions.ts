import { join } from 'node:path';
import { hashFile } from '../src/hash-file.ts';
import type { Candidate } from './candidates.ts';
import { hashOf, keptOnce } from './kept-once.ts';
import type { EvalData } from './set.ts';

/** What predictions depend on beside the candidate's name, the rows and the code. */
export interface Kept {
  readonly settings: unknown;
  /** The file of the weights that it starts from. */
  readonly start: (data: EvalData) => string;
  /** Whether it has to be trained all the same, for what else that leaves. */
  readonly again: (data: EvalData) => boolean;
  readonly folder: string;
}

/**
 * The candidate, whose predictions are kept: an evaluation that is stopped, or made again with other
 * candidates beside it, does not train it twice. A change of the code asks for an empty folder.
 */
export function keeping(candidate: Candidate, kept: Kept): Candidate {
  const { settings, start, again, folder } = kept;
  return {
    ...candidate,
    async predict(data, rows) {
      const weights = await hashFile(start(data));
      const key = hashOf([candidate.name, settings, weights, data.task, data.unlabelled, rows]);
      const path = join(folder, `${key.slice(0, 24)}.json`);
      return keptOnce(path, () => candidate.predict(data, rows), again(data));
    },
  };
}
