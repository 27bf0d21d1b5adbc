import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hashFile } from '../src/hash-file.ts';
import type { Candidate, Predicted } from './candidates.ts';
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
      const key = keyOf([candidate.name, settings, weights, data.task, data.unlabelled, rows]);
      const path = join(folder, `${key}.json`);
      if (existsSync(path) && !again(data))
        return JSON.parse(readFileSync(path, 'utf8')) as Predicted;
      const predicted = await candidate.predict(data, rows);
      mkdirSync(folder, { recursive: true });
      writeFileSync(`${path}.part`, JSON.stringify(predicted));
      renameSync(`${path}.part`, path);
      return predicted;
    },
  };
}

function keyOf(parts: readonly unknown[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(JSON.stringify(part ?? null));
  return hash.digest('hex').slice(0, 24);
}
