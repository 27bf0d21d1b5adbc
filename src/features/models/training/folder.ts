import { createWriteStream, existsSync } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import sql from 'sql-template-tag';
import type { Queryable } from '../../../db.ts';
import { CameoError } from '../../../errors.ts';
import type { RunResult } from '../../../ml/run/messages.ts';
import { type TrainingRow, type TrainingSpec, trainingSpec } from '../../../ml/run/spec.ts';
import { runResult } from './result.ts';

/** The files that a training process finds and leaves; see docs/models.md. */
export const placeOf = (runs: string, runId: string): string => join(runs, runId);
export const modelFolder = (folder: string): string => join(folder, 'model');

/** The spec of a folder that was made ready before; undefined when it has to be made. */
export async function readSpec(folder: string): Promise<TrainingSpec | undefined> {
  const text = await readIfThere(join(folder, 'spec.json'));
  return text === undefined ? undefined : trainingSpec.parse(JSON.parse(text));
}

/** What a process that has finished left behind; undefined when none has. */
export async function readResult(folder: string): Promise<RunResult | undefined> {
  const text = await readIfThere(join(folder, 'result.json'));
  if (text === undefined || !existsSync(modelFolder(folder))) return undefined;
  return runResult.parse(JSON.parse(text));
}

/**
 * Makes a run's folder ready; the spec comes last, so that a folder with a spec is whole.
 * @param further rows of other files, by the name of the file
 * @returns how many rows there are
 */
export async function writeFolder(
  folder: string,
  rows: AsyncIterable<TrainingRow>,
  further: ReadonlyMap<string, AsyncIterable<TrainingRow>>,
  spec: TrainingSpec,
): Promise<number> {
  try {
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    const count = await writeRows(join(folder, 'rows.jsonl'), rows);
    for (const [file, own] of further) await writeRows(join(folder, file), own);
    await writeWhole(join(folder, 'spec.json'), [JSON.stringify(spec, null, 2)]);
    return count;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC')
      throw new CameoError('UNAVAILABLE', 'There is no room left on the disk for the rows.');
    throw error;
  }
}

async function writeRows(path: string, rows: AsyncIterable<TrainingRow>): Promise<number> {
  let count = 0;
  async function* lines() {
    for await (const row of rows) {
      count += 1;
      yield `${JSON.stringify(row)}\n`;
    }
  }
  await writeWhole(path, lines());
  return count;
}

async function writeWhole(path: string, chunks: AsyncIterable<string> | Iterable<string>) {
  const part = `${path}.part`;
  await pipeline(Readable.from(chunks), createWriteStream(part));
  const handle = await open(part, 'r');
  await handle.sync().finally(() => handle.close());
  await rename(part, path);
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Removes the folders of runs that have ended, or that nobody knows. */
export async function collectFolders(db: Queryable, runs: string): Promise<void> {
  const names = await readdir(runs).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const kept = await db.query<{ id: string }>(
    sql`select id from training_run where under_way is not null and id::text = any(${names}::text[])`,
  );
  const busy = new Set(kept.map(({ id }) => id));
  for (const name of names.filter((each) => !busy.has(each)))
    await rm(join(runs, name), { recursive: true, force: true });
}
