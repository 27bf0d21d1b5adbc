import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MlError } from '../errors.ts';
import type { FittedBaseline } from './baseline.ts';

/** The file of a version's folder with the baseline that a task is stacked with; tasks count from 0. */
export const baselineFile = (task = 0): string =>
  task === 0 ? 'baseline.json' : `baseline.${task}.json`;

/** @throws MlError when the file is missing or holds something else */
export async function readBaseline(folder: string, task = 0): Promise<FittedBaseline> {
  const path = join(folder, baselineFile(task));
  const content = await readFile(path, 'utf8').catch((cause: Error) => {
    throw new MlError('BAD_FILE', `Cannot read the baseline ${path}: ${cause.message}`, { cause });
  });
  // Trees are much to load, and few versions have any.
  const { loadBaseline } = await import('./load.ts');
  return loadBaseline(content);
}
