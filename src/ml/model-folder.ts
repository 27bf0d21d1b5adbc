import { mkdir, rename, rm } from 'node:fs/promises';
import { MlError } from './errors.ts';

/** What says of a model's folder what the model is, and how it is asked. */
export const MANIFEST = 'cameo.json';

/**
 * Writes a model folder whole: it has its name only when all of it is there. When it fails, the folder
 * that had the name before is left as it was.
 * @param write puts the files into the folder that it is given
 * @throws MlError when the disk does not take it
 */
export async function writeModelFolder(
  folder: string,
  write: (part: string) => Promise<void>,
): Promise<void> {
  const part = `${folder}.part`;
  try {
    await rm(part, { recursive: true, force: true });
    await mkdir(part, { recursive: true });
    await write(part);
    await rm(folder, { recursive: true, force: true });
    await rename(part, folder);
  } catch (cause) {
    if (cause instanceof MlError || !(cause as NodeJS.ErrnoException).code) throw cause;
    throw new MlError('UNAVAILABLE', `Cannot write the model to ${folder}: ${String(cause)}`, {
      cause,
    });
  }
}
