import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { MlError } from '../errors.ts';
import type { HostTensor } from '../onnx/session.ts';
import { readSafetensors, writeSafetensors } from '../weights/safetensors.ts';
import type { Weights } from '../weights/weights.ts';

/** Where a run stands, besides its tensors. */
export const progressSchema = z.object({
  /** Steps done. */
  step: z.number().int().nonnegative(),
  /** What else the run needs to go on: its best score so far, and the like. */
  extra: z.record(z.string(), z.unknown()),
});
export type Progress = z.infer<typeof progressSchema>;

export interface Checkpoint extends Progress {
  readonly state: ReadonlyMap<string, HostTensor>;
}

/**
 * Saves a run so that a kill at any moment leaves either the old checkpoint or the new one: the new
 * one is written beside and then takes the old one's place.
 */
export async function saveCheckpoint(
  folder: string,
  { state, ...progress }: Checkpoint,
): Promise<void> {
  const fresh = `${folder}.new`;
  try {
    await rm(fresh, { recursive: true, force: true });
    await mkdir(fresh, { recursive: true });
    await writeSafetensors(join(fresh, 'state.safetensors'), toWeights(state));
    await writeFile(join(fresh, 'progress.json'), JSON.stringify(progress), { flush: true });
    await rm(`${folder}.old`, { recursive: true, force: true });
    await rename(folder, `${folder}.old`).catch(ignoreMissing);
    await rename(fresh, folder);
    await rm(`${folder}.old`, { recursive: true, force: true });
  } catch (cause) {
    if (cause instanceof MlError) throw cause;
    throw new MlError('UNAVAILABLE', `Cannot save the checkpoint ${folder}: ${String(cause)}`, {
      cause,
    });
  }
}

/**
 * The checkpoint of a run that was stopped; undefined when it had none yet.
 * @param expected the shapes that the run's state has
 * @throws MlError when the checkpoint is damaged or is of another model
 */
export async function loadCheckpoint(
  folder: string,
  expected: ReadonlyMap<string, HostTensor>,
): Promise<Checkpoint | undefined> {
  // Killed between the two renames, a run has only the old one.
  for (const candidate of [folder, `${folder}.old`]) {
    const content = await readFile(join(candidate, 'progress.json'), 'utf8').catch(ignoreMissing);
    if (content === undefined) continue;
    const state = await readSafetensors(join(candidate, 'state.safetensors'));
    checkShapes(candidate, state, expected);
    return { ...parseProgress(content, candidate), state: fromWeights(state) };
  }
  return undefined;
}

function parseProgress(content: string, folder: string): Progress {
  try {
    return progressSchema.parse(JSON.parse(content));
  } catch (cause) {
    throw new MlError(
      'BAD_FILE',
      `The checkpoint ${folder} is damaged: progress.json does not parse.`,
      { cause },
    );
  }
}

function checkShapes(
  folder: string,
  found: Weights,
  expected: ReadonlyMap<string, HostTensor>,
): void {
  for (const [name, { shape }] of expected) {
    const other = found.get(name)?.shape;
    if (other?.join() === shape.join()) continue;
    throw new MlError(
      'SHAPE_MISMATCH',
      `The checkpoint ${folder} is of another model: "${name}" is ${other ? `[${other}]` : 'missing'}, ` +
        `this run needs [${shape}]. Remove the folder to start anew.`,
    );
  }
}

function toWeights(state: ReadonlyMap<string, HostTensor>): Weights {
  return new Map(
    [...state].map(([name, { shape, data }]) => [name, { shape, data: data as Float32Array }]),
  );
}

function fromWeights(weights: Weights): Map<string, HostTensor> {
  return new Map(
    [...weights].map(([name, { shape, data }]) => [name, { type: 'float32', shape, data }]),
  );
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT') return undefined;
  throw error;
}
