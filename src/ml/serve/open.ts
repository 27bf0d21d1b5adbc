import type { SessionOptions } from '../onnx/session.ts';
import { readManifest } from './manifest.ts';
import type { ServedModel } from './served.ts';
import { openServedGenerator } from './served-generator.ts';
import { openServedModel } from './served-model.ts';

/**
 * Opens a version of any kind.
 * @throws MlError that says which of the folder's files is missing or damaged
 */
export async function openVersion(folder: string, options: SessionOptions): Promise<ServedModel> {
  const { task } = await readManifest(folder);
  const open = task.kind === 'GENERATE' ? openServedGenerator : openServedModel;
  return open(folder, options);
}
