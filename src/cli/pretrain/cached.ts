import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Bytes made once: read from `path` the next time. A kill leaves the whole file or none. */
export async function cached(
  path: string,
  make: () => Uint16Array | Float32Array,
): Promise<ArrayBuffer> {
  const known = await readFile(path).catch(() => undefined);
  if (known) return new Uint8Array(known).buffer;
  const made = make();
  await mkdir(dirname(path), { recursive: true });
  await writeFile(`${path}.tmp`, made);
  await rename(`${path}.tmp`, path);
  return new Uint8Array(
    made.buffer.slice(made.byteOffset, made.byteOffset + made.byteLength) as ArrayBuffer,
  ).buffer;
}
