import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** SHA-256 of bytes, and of other things as JSON, in hexadecimal. */
export function hashOf(parts: readonly unknown[]): string {
  const hash = createHash('sha256');
  for (const part of parts)
    hash.update(Buffer.isBuffer(part) ? part : JSON.stringify(part ?? null));
  return hash.digest('hex');
}

/**
 * What `make` gives, made once and then read from the JSON file, which is there whole or not at all.
 * @param again makes it anew all the same
 */
export async function keptOnce<Value>(
  path: string,
  make: () => Promise<Value>,
  again = false,
): Promise<Value> {
  if (existsSync(path) && !again) return JSON.parse(readFileSync(path, 'utf8')) as Value;
  const value = await make();
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.part`, JSON.stringify(value));
  renameSync(`${path}.part`, path);
  return value;
}
