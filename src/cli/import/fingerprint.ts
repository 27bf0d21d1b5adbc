import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';

/** SHA-256 of a file's bytes, in hexadecimal. */
export async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1_048_576 }), hash);
  return hash.digest('hex');
}

/** What an import is known by: the same file read in the same way into the same domain. */
export function importKey(fileHash: string, domain: string, mapping: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify([fileHash, domain, mapping]))
    .digest('hex');
}

/**
 * A message id for a record that has none. It hangs on the content of the file alone, so a file that
 * is imported again, under any name and with any mapping, doubles nothing.
 */
export const recordId = (fileHash: string) => (record: number) =>
  `import:${fileHash.slice(0, 24)}:${record}`;
