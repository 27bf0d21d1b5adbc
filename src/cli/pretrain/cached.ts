import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Writes a file, and the folder that it is in. A kill leaves the whole file or none. */
export async function writeWhole(
  path: string,
  content: string | NodeJS.ArrayBufferView,
): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(`${path}.tmp`, content);
  await rename(`${path}.tmp`, path);
}

/** Bytes made once: read from `path` the next time. */
export async function cached(
  path: string,
  make: () => Uint16Array | Float32Array,
): Promise<ArrayBuffer> {
  const known = await readFile(path).catch(() => undefined);
  if (known) return new Uint8Array(known).buffer;
  const made = make();
  await writeWhole(path, made);
  return new Uint8Array(
    made.buffer.slice(made.byteOffset, made.byteOffset + made.byteLength) as ArrayBuffer,
  ).buffer;
}
