import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Whether a model folder holds a text-to-text model; false where its config cannot be read. */
export async function isT5(folder: string): Promise<boolean> {
  try {
    const config = JSON.parse(await readFile(join(folder, 'config.json'), 'utf8'));
    return config.model_type === 't5' || config.model_type === 'mt5';
  } catch {
    return false;
  }
}
