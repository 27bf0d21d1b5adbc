import { MlError } from '../../errors.ts';
import type { Metrics } from '../../run/messages.ts';
import type { TrainingRow } from '../../run/spec.ts';
import { askRows, measureAnswers } from './judge.ts';
import { openVersion } from './open-version.ts';

/**
 * What the active version is worth on the rows that a new one is tested on. One that cannot be
 * compared, or not be read any more, is `unusable`: it must not keep its successor from being trained.
 */
export async function judgeActive(
  folder: string,
  labels: readonly string[],
  rows: readonly TrainingRow[],
  threads: number,
): Promise<Metrics> {
  const version = await openVersion(folder, threads).catch((error: unknown) => {
    if (error instanceof MlError) return error.message;
    throw error;
  });
  if (typeof version === 'string') return { unusable: version };
  try {
    const { manifest, decoder, tasks } = version;
    const [{ task, fitted }] = tasks;
    if (manifest.task.labels.join('\n') !== labels.join('\n'))
      return { unusable: `It answers with other labels: ${manifest.task.labels.join(', ')}.` };
    return measureAnswers(await askRows(decoder, task, rows, manifest), fitted);
  } finally {
    await version.close();
  }
}
