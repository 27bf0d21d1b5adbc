import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { CameoError } from '../../errors.ts';
import { hashFile } from '../../hash-file.ts';

export interface ManifestFile {
  /** Relative to the folder, with `/`. */
  readonly path: string;
  /** SHA-256 of its content, in hex. */
  readonly sha256: string;
}

/** A folder's files in the order of their paths, and the hash of all of them. */
export interface Manifest {
  readonly hash: string;
  readonly files: readonly ManifestFile[];
}

export const isArtefactHash = (text: string): boolean => /^[0-9a-f]{64}$/.test(text);

/**
 * Reads a folder. The hash is the SHA-256 of the lines that `sha256sum` would print for its files,
 * sorted by path: it depends on names and contents, and on nothing else.
 * @throws CameoError BAD_INPUT for an empty folder, or for what is neither a file nor a folder
 */
export async function manifestOf(folder: string): Promise<Manifest> {
  const files: ManifestFile[] = [];
  for (const path of await pathsUnder(folder)) {
    files.push({ path, sha256: await hashFile(join(folder, path)) });
  }
  if (files.length === 0)
    throw new CameoError('BAD_INPUT', 'There are no files to publish: the folder is empty.');
  return { hash: hashOfFiles(files), files };
}

/** The hash of files given by path and content hash, in the order of their paths. */
export function hashOfFiles(files: readonly ManifestFile[]): string {
  const lines = files.map(({ path, sha256 }) => `${sha256}  ${path}\n`);
  return createHash('sha256').update(lines.join('')).digest('hex');
}

async function pathsUnder(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths: string[] = [];
  for (const entry of entries) {
    const path = relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/');
    if (entry.isFile()) paths.push(path);
    else if (!entry.isDirectory())
      throw new CameoError('BAD_INPUT', `"${path}" is neither a file nor a folder.`);
  }
  // By code unit: the same on every machine, whatever its language.
  return paths.sort((a, b) => (a < b ? -1 : 1));
}
