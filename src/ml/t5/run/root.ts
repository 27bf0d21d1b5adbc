import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { hashFile } from '../../../hash-file.ts';
import { MlError } from '../../errors.ts';
import { MANIFEST } from '../../model-folder.ts';
import type { TrainingSpec } from '../../run/spec.ts';
import type { T5Hyperparameters } from './hyperparameters.ts';
import { readT5Manifest } from './manifest.ts';

/**
 * The SHA-256, in hex, of the weights that a line of versions began with: of the model in the folder
 * itself, unless that is a version. Undefined of versions from before this was kept.
 */
export async function rootHash(folder: string): Promise<string | undefined> {
  if (existsSync(join(folder, MANIFEST))) return (await readT5Manifest(folder)).root;
  return hashOf(folder);
}

/**
 * Nothing lies between a version and a model that it was not trained from, such as a base that a newer
 * release has replaced.
 * @throws MlError BAD_INPUT when a run needs a root that the spec does not name, or that is not what the
 *   version in `base` began with
 */
export async function requireRoot(
  { base, root }: Pick<TrainingSpec, 'base' | 'root'>,
  { compare, ensemble }: Pick<T5Hyperparameters, 'compare' | 'ensemble'>,
): Promise<void> {
  if (root === undefined) {
    if (!compare && !ensemble) return;
    throw new MlError('BAD_INPUT', '"compare" and "ensemble" need the root of a source version.');
  }
  const known = await rootHash(base);
  if (known === undefined || known === (await hashOf(root))) return;
  throw new MlError(
    'BAD_INPUT',
    `${root} has changed since the version in ${base} was trained from it: give "sourceShare": 1, and leave "ensemble" and "compare" out, or train the source version anew.`,
  );
}

const hashOf = (folder: string): Promise<string> => hashFile(join(folder, 'model.safetensors'));
