import { createHash } from 'node:crypto';

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
